//! Driver errors as faults: here ends what PostgreSQL says, and begins what a person can act on.

use postgres::Error;
use postgres::error::SqlState;
use qianmo_core::Fault;

/// Turns a driver error on the database called `shown` into a fault.
pub(super) fn fault(error: &Error, shown: &str) -> Fault {
    let named = |code| Fault::new(code).with("file", shown);
    let why = || error.as_db_error().map_or_else(|| chain(error), |answer| answer.message().to_owned());
    let Some(state) = error.code() else {
        // No answer from the server at all: the connection, or who answers isn't who was asked for.
        return named(if distrusted(error) { "STORE-0011" } else { "STORE-0008" }).with("why", why());
    };
    match state.code() {
        "53100" => named("STORE-0006"),
        "55P03" | "57014" => named("STORE-0004"),
        "XX001" | "XX002" => named("STORE-0005"),
        code if code.starts_with("40") => named("STORE-0004"),
        code if code.starts_with("08") || code.starts_with("57P") || *state == SqlState::TOO_MANY_CONNECTIONS => {
            named("STORE-0008").with("why", why())
        }
        _ => named("STORE-0007").with("why", why()),
    }
}

/// Whether the server's certificate was refused.
fn distrusted(error: &Error) -> bool {
    let mut at: Option<&dyn std::error::Error> = Some(error);
    while let Some(cause) = at {
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if inner.is_some_and(|inner| matches!(inner.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)))) {
            return true;
        }
        at = cause.source();
    }
    false
}

/// What the driver says, with what lies behind it.
fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut at: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(cause) = at {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        at = cause.source();
    }
    text
}
