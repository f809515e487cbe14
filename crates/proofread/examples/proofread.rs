//! Proofreads one text file and prints the answer: `proofread FILE [table|json|quantities]`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: proofread FILE [table|json]")?;
    let text = std::fs::read_to_string(path)?;
    let report = qianmo_proofread::check(&text);
    match arguments.next().as_deref() {
        Some("json") => print!("{}", report.to_json()),
        _ => print!("{}", report.to_table()),
    }
    Ok(())
}
