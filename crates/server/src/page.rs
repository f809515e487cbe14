//! Pages of lists: how far to read, and where to go on.

use qianmo_core::Fault;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageAsked {
    /// Where to go on: `next` of the page before.
    pub(crate) after: Option<String>,
    /// Items of a page: 50 unless told, at most 500.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
}

impl PageAsked {
    /// How many items.
    ///
    /// Errors: `SERVER-0103`.
    pub(crate) fn limit(&self) -> Result<usize, Fault> {
        limit(self.limit)
    }
}

/// How many items, when so many are asked for.
///
/// Errors: `SERVER-0103`.
pub(crate) fn limit(asked: Option<u32>) -> Result<usize, Fault> {
    crate::words::page(asked).map(|limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Where the next page goes on; absent after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}
