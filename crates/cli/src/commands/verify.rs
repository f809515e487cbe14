//! `verify`: reads the whole log.

use qianmo_store::{SqliteStore, Store};

use crate::args::Data;
use crate::failure::Failure;
use crate::output::line;

pub(crate) fn run(args: &Data) -> Result<(), Failure> {
    let store = SqliteStore::open(&args.data)?;
    store.verify()?;
    line(&format!("数据完好，共 {} 条日志。", store.cut()?));
    Ok(())
}
