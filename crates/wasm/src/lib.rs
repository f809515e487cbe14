//! Thin bindings for the browser: proofreading on the desk, so that a text never leaves the machine.
//!
//! Plain exports over linear memory, no generated glue: the page asks for room ([`allocate`]), writes the file's bytes there,
//! calls [`proofread`] and reads the answer's JSON. The answer is `{"text": …, "claims": […]}` or `{"error": {code, title,
//! detail, hint}}`. What may not come in: logic, the packs' parser, the store.

use qianmo_proofread::{check_to_json, read};

/// Room for `length` bytes; the page writes there and hands the place to [`proofread`], which takes it back.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(length: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; length].into_boxed_slice()).cast()
}

/// Gives back what [`allocate`] or [`proofread`] handed out.
///
/// # Safety
///
/// `place` and `length` are those that were handed out, and are given back once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn release(place: *mut u8, length: usize) {
    // SAFETY: the caller hands back exactly one boxed slice that `allocate` or `proofread` leaked.
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(place, length)) });
}

/// Proofreads the bytes of a file and releases them. The answer's place is in the upper half of the result, its length in
/// the lower half.
///
/// # Safety
///
/// `place` and `length` are from [`allocate`], filled, and not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn proofread(place: *mut u8, length: usize) -> u64 {
    // SAFETY: as above: one boxed slice from `allocate`, handed over for good.
    let bytes = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(place, length)) };
    let answer = answer(&bytes).into_bytes().into_boxed_slice();
    let length = answer.len() as u64;
    let place = Box::into_raw(answer).cast::<u8>() as usize as u64;
    (place << 32) | length
}

/// The answer as JSON.
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

/// A JSON string.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
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
        assert_eq!(quoted("甲\n\"\\"), r#""甲\u000a\"\\""#);
    }
}
