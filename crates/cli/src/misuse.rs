//! What was typed and isn't a command, in the person's language: exit status 2.

use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use qianmo_core::Fault;
use qianmo_wire::{Lang, render};

/// Tells what is wrong with the words typed; help and version are no misuse.
#[expect(clippy::print_stderr, reason = "tells the person")]
pub(crate) fn tell(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) {
        let _ = error.print();
        return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
    }
    let english = std::env::args().zip(std::env::args().skip(1)).any(|(option, value)| option == "--lang" && value == "en");
    if english {
        let _ = error.print();
    } else {
        eprintln!("{}", render(&fault(error), Lang::Zh));
    }
    ExitCode::from(2)
}

fn fault(error: &clap::Error) -> Fault {
    let about = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let with_near = |fault: Fault| match about(ContextKind::SuggestedArg) + &about(ContextKind::SuggestedSubcommand) {
        near if near.is_empty() => fault,
        near => fault.with("suggestion", near),
    };
    match error.kind() {
        ErrorKind::MissingRequiredArgument => Fault::new("CLI-0001").with("argument", about(ContextKind::InvalidArg)),
        ErrorKind::UnknownArgument => with_near(Fault::new("CLI-0002").with("argument", about(ContextKind::InvalidArg))),
        ErrorKind::InvalidSubcommand => with_near(Fault::new("CLI-0003").with("command", about(ContextKind::InvalidSubcommand))),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            Fault::new("CLI-0004").with("argument", about(ContextKind::InvalidArg)).with("value", about(ContextKind::InvalidValue))
        }
        _ => Fault::new("CLI-0005").with("reason", error.kind()),
    }
}
