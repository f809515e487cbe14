//! `consent.toml` and administrative forms: what is read, and what is refused where.

#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use qianmo_core::consent::{Processing, Unasked};
use qianmo_packs::load;

const FORM: &str = r#"id = "base.consent"
name = "同意登记"
name_en = "Consent"
version = 1
subject = "resident"
source = "测试规范，2017"
[[field]]
id = "purpose"
name = "事项"
name_en = "Purpose"
type = "text"
required = true
[[field]]
id = "answer"
name = "答复"
name_en = "Answer"
type = "choice"
required = true
choices = [["1", "同意"], ["2", "不同意"], ["3", "撤回"]]
[[field]]
id = "until"
name = "期限"
name_en = "Until"
type = "date"
"#;

const CONSENT: &str = r#"source = "测试规范，2017"
[consent]
form = "base.consent"
purpose = "purpose"
answer = "answer"
given = "1"
refused = "2"
withdrawn = "3"
until = "until"
[[purpose]]
id = "base.reminder"
name = "提醒"
name_en = "Reminders"
meaning = "只说时间"
allows = ["reminder", "committee_reminder"]
[[purpose]]
id = "base.contract"
name = "签约服务"
name_en = "Contract"
meaning = "签约团队上门"
services = ["base.visit"]
unasked = "goes_on"
"#;

const SCHEDULE: &str = r#"[[service]]
id = "base.visit"
name = "上门"
name_en = "Visit"
meaning = "每年一次"
source = "测试规范，2017"
after = "base.resident"
due = "1 year"
by = ["base.consent"]
"#;

fn check(old: &str, new: &str, expected: &[&str]) {
    assert!(old.is_empty() || CONSENT.matches(old).count() == 1, "{old}");
    let text = if old.is_empty() { CONSENT.to_owned() } else { CONSENT.replace(old, new) };
    let (mut files, places) = common::changed("base/consent.toml", "", &text);
    let others = [("base/forms/consent.toml", FORM), ("base/schedule.toml", SCHEDULE)];
    files.extend(others.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let found: Vec<String> = load(&files).faults.iter().map(common::shown).collect();
    let wanted: Vec<String> = expected.iter().zip(&places).map(|(fault, place)| format!("{place} {fault}")).collect();
    assert_eq!((expected.len(), &found), (places.len(), &wanted), "after {old} -> {new}");
    if expected.is_empty() {
        let loaded = load(&files);
        let consents = &loaded.packs.pack("base").unwrap().consents;
        let form = consents.form.as_ref().unwrap();
        assert_eq!((&*form.form, &*form.withdrawn, form.until.as_deref()), ("base.consent", "3", Some("until")));
        assert_eq!(consents.purposes[0].allows, [Processing::Reminder, Processing::CommitteeReminder]);
        assert_eq!((consents.purposes[0].unasked, consents.purposes[1].unasked), (Unasked::Stops, Unasked::GoesOn));
        assert_eq!(consents.purposes[1].services, ["base.visit".into()]);
        assert_eq!(consents.purposes[1].source, "测试规范，2017");
        let dead: Vec<String> = loaded.dead_fields().iter().map(common::shown).collect();
        assert!(!dead.iter().any(|fault| fault.contains("base.consent")), "{dead:?}");
    }
}

#[test]
fn consent_is_read() {
    check("", "", &[]);
}

#[test]
fn what_it_refers_to_exists_and_fits() {
    check("form = \"base.consent\"", "form = ⟦\"base.consents\"", &["PACK-0302 what=表单 id=base.consents suggestion=base.consent"]);
    check("purpose = \"purpose\"", "purpose = ⟦\"porpose\"", &["PACK-0302 what=字段 id=porpose suggestion=purpose"]);
    check("until = \"until\"", "until = ⟦\"answer\"", &["PACK-0302 what=字段 id=answer"]);
    check("withdrawn = \"3\"", "withdrawn = ⟦\"4\"", &["PACK-0204 field=answer code=4 known=1、2、3"]);
    check("[\"base.visit\"]", "[⟦\"base.visits\"]", &["PACK-0302 what=服务 id=base.visits suggestion=base.visit"]);
    check("id = \"base.reminder\"", "id = ⟦\"care.reminder\"", &["PACK-0107 id=care.reminder expected=base.…"]);
}

#[test]
fn a_purpose_allows_something_known() {
    let known = "known=reminder、committee_reminder、sharing、posting suggestion=reminder";
    check("[\"reminder\", ", "[⟦\"reminders\", ", &[&format!("PACK-0105 key=allows value=reminders {known}")]);
    check(
        "id = \"base.contract\"\nname = \"签约服务\"\nname_en = \"Contract\"\nmeaning = \"签约团队上门\"\nservices = [\"base.visit\"]",
        "id = ⟦\"base.contract\"\nname = \"签约服务\"\nname_en = \"Contract\"\nmeaning = \"签约团队上门\"",
        &["PACK-0323 id=base.contract"],
    );
}

#[test]
fn two_packs_cannot_both_say_how_consent_is_recorded() {
    let (mut files, _) = common::changed("base/consent.toml", "", CONSENT);
    let others = [
        ("base/forms/consent.toml", FORM),
        ("base/schedule.toml", SCHEDULE),
        ("care/consent.toml", &CONSENT.replace("base.reminder", "care.reminder").replace("base.contract", "care.contract")),
    ];
    files.extend(others.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let found: Vec<String> = load(&files).faults.iter().map(common::shown).collect();
    assert_eq!(found, ["care/consent.toml:2:1 PACK-0301 what=同意登记表单 id=base.consent first=base.consent"]);
}

#[test]
fn an_administrative_form_tells_no_illness_and_no_choice() {
    let (files, _) = common::changed("base/forms/resident.toml", "profile = true", "profile = true\ncontent = \"administrative\"");
    let loaded = load(&files);
    assert_eq!(loaded.faults, []);
    assert!(loaded.packs.pack("base").unwrap().administrative.contains("base.resident"));
    assert!(loaded.packs.pack("care").unwrap().administrative.is_empty());
    common::check("care/forms/choice.toml", "version = 1", "version = 1\ncontent = ⟦\"administrative\"", &["PACK-0504 form=知情选择"]);
}
