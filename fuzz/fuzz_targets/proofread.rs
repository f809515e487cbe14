//! Any bytes are read into a text or a coded error, and any text gets an answer.
//!
//! Run: `cargo fuzz run proofread -- -runs=1000000 -max_len=600`; without a nightly compiler put `RUSTC_BOOTSTRAP=1` before
//! it and `--sanitizer none` after `run`. Overflow checks are on, so silent wrap-around counts as a finding.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = qianmo_proofread::read(bytes) {
        let report = qianmo_proofread::check(&text);
        let lines = text.split('\n').count();
        assert!(report.claims.iter().all(|claim| (1..=lines).contains(&claim.line)));
        assert!(report.to_html(&text, "").ends_with("</html>\n"));
    }
});
