//! Schedules from text to answer: what `schedule.toml` says is asked of fictional people on the days around each edge.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod checks;
#[cfg(test)]
mod doses;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod services;
#[cfg(test)]
mod world;
