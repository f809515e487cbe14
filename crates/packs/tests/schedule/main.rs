//! Schedules from text to answer: what `schedule.toml` says is asked of fictional people on the days around each edge.

mod cases;
mod checks;
mod doses;
mod laws;
mod services;
mod world;
