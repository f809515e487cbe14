//! Rates whose names imply what they are calculated from: 患病率, 治愈率, 住院分娩率.

use super::{Rule, is_level_rate, no, no_larger, positive, quotient, scale_of, silent, yes};
use crate::document::Document;
use crate::quantity::Role;
use crate::reading::{Firmness, Reading};
use crate::text;

pub(super) const RULE: Rule = Rule {
    name: "base_names",
    title: "名称决定分子分母的率",
    meaning: "患病率以受检人数为分母，治疗率以患病人数为分母，住院分娩率以活产数为分母，如此等等。",
    examples: &[
        yes("实查2000人，查出患病者500人，患病率25.0%，已治疗400人，治疗率80.0%。", "25.0"),
        yes("实查2000人，查出患病者500人，患病率25.0%，已治疗400人，治疗率80.0%。", "80.0"),
        no("应查2500人，实查2000人，检查率80%，患病500人，患病率31.2%。", "31.2"),
        no("应查4.4万人，已查4.1万人，检查率93.2%，患病23117人，患病率52.0%。", "52.0"),
        no("活产250人，住院分娩240人，住院分娩率98.4%。", "98.4"),
        yes("预算安排60.0万元，到位54.0万元，到位率90.0%，支出48.6万元，执行率90.0%。", "90.0"),
        silent("食品抽检10份，合格9份，餐具抽检20份，合格19份，总合格率93.3%。", "93.3"),
        silent("门诊120人，转诊30人，治愈率5%。", "5"),
        silent("高危孕产妇61人，高危孕产妇住院分娩50人，住院分娩率100%。", "100"),
        silent("产妇300人，高危住院分娩28人，高危住院分娩率100%。", "100"),
    ],
    read,
};

/// Name of a rate, labels of its numerator, labels of its base in order of preference.
struct Name {
    rate: &'static [&'static str],
    parts: &'static [&'static str],
    bases: &'static [&'static str],
    /// Whether convention leaves no choice of base, so that a miss accuses.
    settled: bool,
}

const NAMES: &[Name] = &[
    Name {
        rate: &["患病", "检出", "阳性", "感染", "发现"],
        parts: &["患病", "检出", "查出", "阳性", "感染", "发现", "患有", "病人", "患者"],
        bases: &["实查", "已查", "实检", "受检", "检查", "普查", "筛查", "体检", "检测", "监测"],
        settled: true,
    },
    Name {
        rate: &["治疗", "救治"], parts: &["治疗", "救治"], bases: &["患病", "查出", "检出", "病人", "患者", "病例"], settled: true
    },
    Name {
        rate: &["治愈", "痊愈"], parts: &["治愈", "痊愈"], bases: &["治疗", "收治", "患病", "病人", "患者"], settled: false
    },
    Name {
        rate: &["检查", "普查", "受检", "体检", "筛查", "检测"],
        parts: &["实查", "已查", "实检", "受检", "检查", "普查", "体检", "筛查", "检测"],
        bases: &["应查", "应检", "应体检", "应筛查", "应检查", "任务", "对象", "老年人"],
        settled: true,
    },
    Name { rate: &["病死"], parts: &["死亡"], bases: &["发病", "病例", "报告", "患者", "传染病"], settled: true },
    Name {
        rate: &["计划生育", "政策生育", "符合政策", "政策符合", "政策内生育"],
        parts: &["计划内", "政策内", "符合政策", "符合计划"],
        bases: &["出生"],
        settled: true,
    },
    Name { rate: &["住院分娩"], parts: &["住院分娩"], bases: &["活产", "产妇", "分娩", "出生"], settled: true },
    Name {
        rate: &["参合", "参保"],
        parts: &["实参合", "已参合", "参合", "参保", "已保"],
        bases: &["应参合", "应参保", "应保", "农业人口", "农业户籍"],
        settled: true,
    },
    Name {
        rate: &["合格"],
        parts: &["合格"],
        bases: &["抽检", "监测", "检测", "检查", "抽查", "采样", "水样", "样品", "采集"],
        settled: true,
    },
    Name { rate: &["及格", "考核合格"], parts: &["合格", "及格"], bases: &["参考", "参加", "考核"], settled: false },
    Name {
        rate: &["使用", "执行", "支出"],
        parts: &["使用", "支出", "补偿资金", "补偿金额", "已用", "支付"],
        bases: &["到位", "筹资", "拨付", "预算", "下拨", "可用", "安排"],
        settled: false,
    },
    Name { rate: &["到位"], parts: &["到位"], bases: &["预算", "安排", "计划", "应"], settled: false },
    Name { rate: &["抢救成功", "成功"], parts: &["成功"], bases: &["抢救"], settled: true },
    Name { rate: &["访视"], parts: &["访视"], bases: &["活产", "产妇", "新生儿"], settled: false },
    Name {
        rate: &["新生儿死亡", "婴儿死亡", "儿童死亡", "围产儿死亡"], parts: &["死亡"], bases: &["活产"], settled: true
    },
    Name { rate: &["孕产妇死亡"], parts: &["孕产妇死亡"], bases: &["活产"], settled: true },
    Name {
        rate: &["系统管理", "保健", "产前检查", "早孕建册", "建卡"],
        parts: &["系统管理", "管理", "产检", "产前检查", "建册", "建卡"],
        bases: &["活产", "产妇", "儿童", "孕产妇"],
        settled: false,
    },
];

/// Names whose meaning ends in another name: 血吸虫病检查率 is no 查出率.
fn matches_rate(stem: &[char], name: &str) -> bool {
    text::ending(stem, name).is_some()
}

fn read(doc: &Document, at: usize, out: &mut Vec<Reading>) {
    if !is_level_rate(doc, at) {
        return;
    }
    let stem = super::stem(doc, at);
    let rate_shown = doc.label(at).contains(&'率');
    if stem.is_empty() || !rate_shown {
        return;
    }
    let Some(name) = NAMES.iter().find(|name| name.rate.iter().any(|rate| matches_rate(stem, rate))) else { return };
    let level = |&i: &usize| doc.is_operand(i) && doc.get(i).role == Role::Level && doc.get(i).depth <= doc.get(at).depth;
    let named = |i: usize, words: &[&str]| words.iter().any(|word| is_called(doc.label(i), word));
    let parts = doc.back(at).filter(level).filter(|&i| named(i, name.parts)).take(2);
    for (rank, part) in parts.enumerate() {
        let bases: Vec<usize> = doc
            .back(part)
            .filter(level)
            .filter(|&i| named(i, name.bases) && no_larger(doc, part, i) && positive(doc, i) && doc.fits_base(part, i))
            .take(4)
            .collect();
        for (place, &base) in bases.iter().enumerate() {
            let first = rank == 0 && place == 0 && super::first_rate_after(doc, part, at) && doc.subject(at) == Some(part);
            let settled = name.settled
                && first
                && super::same_group_of_people(doc, part, base)
                && doc.same_sentence(base, at)
                && adjacent(doc, base, part);
            let firmness = match (settled, first) {
                (true, _) => Firmness::Binding,
                (false, true) => Firmness::Likely,
                _ => Firmness::Possible,
            };
            out.push(quotient(RULE.name, firmness, part, base, scale_of(doc, at)));
        }
    }
}

/// Whether a label carries the name; 产妇 is not meant by 孕产妇.
fn is_called(label: &[char], word: &str) -> bool {
    text::contains(label, word) && !(word == "产妇" && text::contains(label, "孕产妇"))
}

/// No other count stands between base and part: nothing else can be the base.
fn adjacent(doc: &Document, base: usize, part: usize) -> bool {
    (base + 1..part).all(|i| !doc.is_operand(i) || doc.get(i).depth > doc.get(part).depth || !doc.fits_base(part, i))
}

/// Labels that may stand below the line of a rate of this name.
pub(super) fn bases_for(stem: &[char]) -> &'static [&'static str] {
    const USUAL: &[&str] = &["活产", "产妇", "出生", "总人口"];
    NAMES.iter().find(|name| name.rate.iter().any(|rate| matches_rate(stem, rate))).map_or(USUAL, |name| name.bases)
}
