//! Proofreads one text file and prints the answer: `proofread FILE [table|json|html]`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: proofread FILE [table|json|html]")?;
    let text = qianmo_proofread::read(&std::fs::read(&path)?)
        .map_err(|error| format!("错误[{}]：{error}\n提示：{}", error.code(), error.hint()))?;
    let report = qianmo_proofread::check(&text);
    match arguments.next().as_deref() {
        Some("json") => print!("{}", report.to_json()),
        Some("html") => print!("{}", report.to_html(&text, &path)),
        _ => print!("{}", report.to_table()),
    }
    Ok(())
}
