//! `import`: spreadsheets in.

use std::path::Path;

use crate::args::Import;
use crate::failure::Failure;

pub(crate) fn run(_args: &Import, _packs: Option<&Path>) -> Result<(), Failure> {
    Ok(())
}
