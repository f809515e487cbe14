//! `qianmo`: the program's library calls from a terminal. The contract is docs/cli.md.
//!
//! No rules live here.

mod args;
mod commands;
mod failure;
mod folder;
mod keys;
mod misuse;
mod oidc;
mod output;
mod place;

use std::process::ExitCode;

use clap::Parser as _;
use qianmo_wire::Lang;

use crate::args::{Cli, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misuse::tell(&error),
    };
    let lang = if cli.lang == "en" { Lang::En } else { Lang::Zh };
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(lang),
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let packs = cli.packs.as_deref();
    match &cli.command {
        Command::Demo(args) => commands::demo::run(args, packs),
        Command::Synth(args) => commands::synth::run(args, packs),
        Command::Import(args) => commands::import::run(args, packs),
        Command::Indicators(args) => commands::indicators::run(args, packs),
        Command::Compare(args) => commands::compare::run(args, packs),
        Command::Drill(args) => commands::drill::run(args, packs),
        Command::Due(args) => commands::due::run(args, packs, cli.lang == "en"),
        Command::Roster(args) => commands::sheet::roster(args, packs),
        Command::Return(args) => commands::sheet::return_form(args, packs),
        Command::Summary(args) => commands::summary::run(args, packs),
        Command::Proofread(args) => commands::proofread::run(args, packs),
        Command::Record(args) => commands::record::run(args, packs),
        Command::Campaign(args) => commands::campaign::run(args, packs),
        Command::Sql(args) => commands::sql::run(args, packs),
        Command::Packs(args) => commands::packs::run(args, packs),
        Command::Verify(args) => commands::backup::verify(args, packs),
        Command::Serve(args) => commands::serve::run(args, packs),
        Command::Backup(args) => commands::backup::run(args, packs),
        Command::Restore(args) => commands::backup::restore(args),
        Command::Init(args) => commands::init::run(args, packs),
        Command::Account(args) => commands::account::run(args, packs),
        Command::Openapi => commands::serve::openapi(),
    }
}
