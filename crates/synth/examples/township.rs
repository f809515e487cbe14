//! Makes a township from a figures file and prints what came out:
//! `cargo run -p qianmo-synth --example township -- packs FIGURES.csv 2010 [UNTIL [FOLDER]]`.
//! With a folder, each form's records go to a file of one JSON object a line, for a look with other tools.

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use qianmo_core::{Fault, Record, Value};
use qianmo_synth::{Figures, Options, generate};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [packs, file, year, rest @ ..] = arguments.as_slice() else {
        println!("township PACKS FIGURES.csv YEAR [UNTIL]");
        return ExitCode::from(2);
    };
    let mut files = Vec::new();
    if let Err(error) = gather(Path::new(packs), "", &mut files) {
        println!("{packs}: {error}");
        return ExitCode::from(3);
    }
    let loaded = qianmo_packs::load(&files);
    if !loaded.faults.is_empty() {
        return refused(&loaded.faults);
    }
    let figures = std::fs::read(file).map_err(|error| vec![Fault::new("SYNTH-0101").with("why", error)]);
    let figures = match figures.and_then(|bytes| Figures::read(file, &bytes)) {
        Ok(figures) => figures,
        Err(faults) => return refused(&faults),
    };
    let until = rest.first().and_then(|text| text.parse().ok());
    let options = Options { year: year.parse().unwrap_or(2010), seed: 1, until, area: None };
    let mut batches = 0;
    let mut files = BTreeMap::new();
    let made = generate(&loaded.packs, &figures, &options, &mut |records| {
        batches += 1;
        rest.get(1).map_or(Ok(()), |folder| dump(folder, &records, &mut files)).map_err(|error| Fault::new("SYNTH-0101").with("why", error))
    });
    match made {
        Ok(township) => {
            for (form, count) in &township.records {
                println!("{count:>8}  {form}");
            }
            println!("{:>8}  in {batches} batches, {} areas", township.records.values().sum::<u64>(), township.areas.len());
            ExitCode::SUCCESS
        }
        Err(faults) => refused(&faults),
    }
}

fn dump(folder: &str, records: &[Record], files: &mut BTreeMap<String, BufWriter<File>>) -> std::io::Result<()> {
    for record in records {
        let form = record.form.to_string();
        if !files.contains_key(&form) {
            files.insert(form.clone(), BufWriter::new(File::create(format!("{folder}/{form}.json"))?));
        }
        let Some(file) = files.get_mut(&form) else { continue };
        write!(
            file,
            "{{\"record\":\"{}\",\"subject\":\"{}\",\"area\":{},\"at\":\"{}\"",
            record.id,
            record.subject.id,
            record.area.number(),
            record.at
        )?;
        if let Some(resident) = record.resident {
            write!(file, ",\"resident\":\"{resident}\"")?;
        }
        if let Some(organisation) = record.organisation {
            write!(file, ",\"organisation\":\"{organisation}\"")?;
        }
        for (field, value) in &record.values {
            match value {
                Value::Bool(_) | Value::Integer(_) | Value::Decimal(_) => {
                    let text = if let Value::Bool(b) = value { b.to_string() } else { value.to_string() };
                    write!(file, ",\"{field}\":{text}")?;
                }
                other => write!(file, ",\"{field}\":\"{other}\"")?,
            }
        }
        writeln!(file, "}}")?;
    }
    Ok(())
}

fn refused(faults: &[Fault]) -> ExitCode {
    for fault in faults {
        println!("{fault}");
    }
    ExitCode::from(1)
}

fn gather(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push((name, std::fs::read_to_string(entry.path())?));
        }
    }
    Ok(())
}
