//! Proofreading a file or a text.

use qianmo_proofread::{Report, check, read};

use crate::json::quoted;

/// Proofreads the bytes of a file: `{"text": …, "claims": […], "marks": [[begin, end], …]}` or `{"error": {code, title, detail, hint}}`.
///
/// A mark is for the claim at the same place: where its number stands in the text, half-open, in characters (not UTF-16 units).
pub fn answer(bytes: &[u8]) -> String {
    match read(bytes) {
        Ok(text) => {
            let report = check(&text);
            format!(r#"{{"text":{},"claims":{},"marks":{}}}"#, quoted(&text), report.to_json(), marks(&report))
        }
        Err(error) => format!(
            r#"{{"error":{{"code":{},"title":{},"detail":{},"hint":{}}}}}"#,
            quoted(error.code()),
            quoted(error.title()),
            quoted(&error.detail()),
            quoted(error.hint())
        ),
    }
}

fn marks(report: &Report) -> String {
    let pairs: Vec<String> = report.claims.iter().map(|claim| format!("[{},{}]", claim.mark().0, claim.mark().1)).collect();
    format!("[{}]", pairs.join(","))
}

/// The findings of a text as one HTML page to keep or print. The first line of the bytes is its title, what follows is the text.
pub fn page(bytes: &[u8]) -> String {
    let given = String::from_utf8_lossy(bytes);
    let (title, text) = given.split_once('\n').unwrap_or(("", &given));
    check(text).to_html(text, title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contradiction_and_an_error_reach_the_page() {
        let told = answer("全镇应查41000人，实查23117人，检查率为52.0%。".as_bytes());
        assert!(told.contains("contradiction") && told.starts_with(r#"{"text":"全镇"#), "{told}");
        let told = answer(b"%PDF-1.7");
        assert!(told.contains(r#""code":"PROOF-0003""#), "{told}");
    }

    #[test]
    fn a_mark_covers_its_number() {
        let text = "应查3200人，实查2880人，检查率92.5%。";
        let told = answer(text.as_bytes());
        let begin = text.chars().position(|c| c == '率').expect("it stands there") + 1;
        assert!(told.ends_with(&format!("\"marks\":[[{begin},{}]]}}", begin + "92.5%".len())), "{told}");
    }

    #[test]
    fn the_page_carries_the_title_and_the_marks() {
        let page = page("某镇总结\n应查3200人，实查2880人，检查率92.5%。".as_bytes());
        assert!(page.contains("某镇总结</title>") && page.contains("class=\"m hard\"") && !page.contains("<p>某镇总结"), "{page}");
    }
}
