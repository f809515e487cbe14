//! Synchronisation: the intake, what lies beside the log, pulling, the sending side, and all of it together from seeds.

#[cfg(test)]
mod desk;
#[cfg(test)]
mod intake;
#[cfg(test)]
mod pull;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod support;
#[cfg(test)]
mod world;
