//! The reason of an item in words, Chinese and English.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::item::{Invalid, Item, Reason};
use super::planner::Planner;
use super::state::State;

impl Planner {
    /// The name of a service or series.
    #[must_use]
    pub fn name(&self, id: &str) -> Option<&str> {
        let service = self.service(id).map(|rules| rules.rule.name.as_str());
        service.or_else(|| self.series_of(id).map(|rules| rules.rule.name.as_str()))
    }

    /// The English name of a service or series.
    #[must_use]
    pub fn name_en(&self, id: &str) -> Option<&str> {
        let service = self.service(id).map(|rules| rules.rule.name_en.as_str());
        service.or_else(|| self.series_of(id).map(|rules| rules.rule.name_en.as_str()))
    }

    /// Why an item stands as it does, in Chinese, as a worker would say it.
    #[must_use]
    pub fn explain(&self, item: &Item, today: Date) -> String {
        let mut text = self.because(item, false);
        let day = |date: Option<Date>| date.map(chinese).unwrap_or_default();
        match &item.reason {
            Reason::Early => {
                let _ = write!(text, "{}起可做，最迟{}完成", day(item.opens), day(item.due));
            }
            Reason::Asked | Reason::Part(..) => {
                if let Reason::Part(done, of) = item.reason {
                    let _ = write!(text, "本期已做{done}次，共应{of}次，");
                }
                let until = if item.state == State::Overdue { item.closes } else { item.due };
                let _ = write!(text, "最迟{}完成", day(until));
                if item.state == State::Overdue {
                    let _ = write!(text, "，已逾期{}天", item.days_overdue(today));
                }
            }
            Reason::Done => {
                let _ = write!(text, "已于{}完成", day(item.last_done));
            }
            Reason::DoneLate => {
                let _ = write!(text, "已于{}完成，晚于规定的{}", day(item.last_done), day(item.closes));
            }
            Reason::NoDate => text.push_str("不知道起算日期，无法推算；请先补全档案"),
            Reason::Declined(Some(until)) => {
                let _ = write!(text, "本人已谢绝，{}后再询问", chinese(*until));
            }
            Reason::Declined(None) => text.push_str("本人已谢绝，不再询问；本人提出时再做"),
            Reason::Held(why, Some(until)) => {
                let _ = write!(text, "{why}，暂缓至{}", chinese(*until));
            }
            Reason::Held(why, None) => text.push_str(why),
            Reason::Conflict(why, until) => {
                let _ = write!(text, "{why}，最早{}", chinese(*until));
            }
            Reason::Lapsed => {
                let _ = write!(text, "{}起不再要求", day(item.lapses));
            }
            Reason::Stopped(why, on) => {
                let _ = write!(text, "{why}（{}）", chinese(*on));
            }
            Reason::Superseded(by) => {
                let _ = write!(text, "由“{}”代替", self.name(by).unwrap_or(by));
            }
        }
        text.push_str(&Self::invalid(item, false));
        text
    }

    /// The same in English.
    #[must_use]
    pub fn explain_en(&self, item: &Item, today: Date) -> String {
        let mut text = self.because(item, true);
        let day = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        let rest = match &item.reason {
            Reason::Early => format!("opens on {}, to be done by {}", day(item.opens), day(item.due)),
            Reason::Asked | Reason::Part(..) => {
                let part = if let Reason::Part(done, of) = item.reason { format!("{done} of {of} done, ") } else { String::new() };
                if item.state == State::Overdue {
                    format!("{part}to be done by {}, {} days overdue", day(item.closes), item.days_overdue(today))
                } else {
                    format!("{part}to be done by {}", day(item.due))
                }
            }
            Reason::Done => format!("done on {}", day(item.last_done)),
            Reason::DoneLate => format!("done on {}, after {}", day(item.last_done), day(item.closes)),
            Reason::NoDate => "the date it counts from is unknown; complete the health record first".to_owned(),
            Reason::Declined(Some(until)) => format!("declined; to be asked again from {until}"),
            Reason::Declined(None) => "declined; only at the person's wish".to_owned(),
            Reason::Held(why, Some(until)) => format!("{why}, put off until {until}"),
            Reason::Held(why, None) => why.to_string(),
            Reason::Conflict(why, until) => format!("{why}, not before {until}"),
            Reason::Lapsed => format!("not asked any more from {}", day(item.lapses)),
            Reason::Stopped(why, on) => format!("{why} ({on})"),
            Reason::Superseded(by) => format!("replaced by {}", self.name_en(by).unwrap_or(by)),
        };
        text.push_str(&rest);
        text.push_str(&Self::invalid(item, true));
        text
    }

    /// What it comes after and what the rule says, up to the colon.
    fn because(&self, item: &Item, english: bool) -> String {
        let service = self.service(&item.service);
        let series = self.series_of(&item.service);
        let meaning = service.map(|rules| &rules.rule.meaning).or(series.map(|rules| &rules.rule.meaning));
        let after = service.map(|rules| rules.after).or(series.map(|rules| rules.after));
        let form = after.map(|form| &self.forms[usize::from(form.0)]);
        let mut text = String::new();
        if english {
            text += self.name_en(&item.service).unwrap_or(&item.service);
            if let Some(dose) = item.dose {
                let _ = write!(text, " dose {dose}");
            }
            if let (Some(form), Some(on)) = (form.filter(|form| !form.profile), item.anchored_on) {
                let _ = write!(text, " (after {} of {on})", form.name_en);
            }
            text += ": ";
            return text;
        }
        if let (Some(form), Some(on)) = (form.filter(|form| !form.profile), item.anchored_on) {
            let _ = write!(text, "{}（{}）后，", form.name, chinese(on));
        }
        match meaning.filter(|meaning| !meaning.is_empty()) {
            Some(meaning) => text += meaning.trim_end_matches('。'),
            None => text += self.name(&item.service).unwrap_or(&item.service),
        }
        if let Some(dose) = item.dose {
            let _ = write!(text, "第{dose}剂");
        }
        text.push('：');
        text
    }

    fn invalid(item: &Item, english: bool) -> String {
        let Some(detail) = &item.detail else { return String::new() };
        let mut text = String::new();
        for (_, why) in &detail.invalid {
            let _ = if english { write!(text, "; {}", why.english()) } else { write!(text, "；{}", why.chinese()) };
        }
        if !detail.asks_for.is_empty() && item.state != State::Done {
            let _ = if english { write!(text, "; first: {}", detail.asks_for) } else { write!(text, "；须先{}", detail.asks_for) };
        }
        text
    }
}

impl Invalid {
    /// Why the dose doesn't count, in Chinese.
    #[must_use]
    pub fn chinese(self) -> String {
        match self {
            Self::TooYoung(day) => format!("有一剂接种过早（最早{}），不计入，须重新接种", chinese(day)),
            Self::TooSoon(day) => format!("有一剂与上一剂间隔不足（最早{}），不计入，须重新接种", chinese(day)),
            Self::BeforeBirth => "有一剂的日期早于起算日期，不计入，请核对".to_owned(),
            Self::SameDay => "同一天记了两剂，只计一剂，请核对".to_owned(),
            Self::OtherProduct => "有一剂的品种与程序不符，不计入".to_owned(),
        }
    }

    /// The same in English.
    #[must_use]
    pub fn english(self) -> String {
        match self {
            Self::TooYoung(day) => format!("a dose given too young (earliest {day}) doesn't count"),
            Self::TooSoon(day) => format!("a dose given too soon after the one before (earliest {day}) doesn't count"),
            Self::BeforeBirth => "a dose dated before birth doesn't count".to_owned(),
            Self::SameDay => "two doses on one day count once".to_owned(),
            Self::OtherProduct => "a dose of another product doesn't count".to_owned(),
        }
    }
}

fn chinese(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}
