//! Tests of `qianmo-figures`.

mod answers;
mod follow;
mod support;
mod township;
mod toy;
