//! The import, from files as people send them to records in a store.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod good_input;
#[cfg(test)]
mod people;
#[cfg(test)]
mod support;
#[cfg(test)]
mod whole;
