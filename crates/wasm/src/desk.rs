//! Proofreading a file.

use qianmo_proofread::{check_to_json, read};

use crate::json::quoted;

/// Proofreads the bytes of a file: `{"text": …, "claims": […]}` or `{"error": {code, title, detail, hint}}`.
pub fn answer(bytes: &[u8]) -> String {
    match read(bytes) {
        Ok(text) => format!(r#"{{"text":{},"claims":{}}}"#, quoted(&text), check_to_json(&text)),
        Err(error) => format!(
            r#"{{"error":{{"code":{},"title":{},"detail":{},"hint":{}}}}}"#,
            quoted(error.code()),
            quoted(error.title()),
            quoted(&error.detail()),
            quoted(error.hint())
        ),
    }
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
}
