//! One file a command.

pub(crate) mod account;
pub(crate) mod backup;
pub(crate) mod campaign;
pub(crate) mod compare;
pub(crate) mod demo;
pub(crate) mod drill;
pub(crate) mod due;
pub(crate) mod import;
pub(crate) mod indicators;
pub(crate) mod init;
pub(crate) mod logins;
pub(crate) mod packs;
pub(crate) mod proofread;
pub(crate) mod record;
pub(crate) mod serve;
pub(crate) mod sheet;
pub(crate) mod sql;
pub(crate) mod summary;
pub(crate) mod synth;
