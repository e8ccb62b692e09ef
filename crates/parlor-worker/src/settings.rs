//! Settings that a deployment may change without a new build: plain text variables of the Worker.

use parlor::App;
use worker::Env;

/// How new connections are spread over the Gateways of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placement {
    /// A returning client gets the same one.
    ByClient,
    /// One after the other, wherever the client is; for tests.
    RoundRobin,
}

/// The application with the deployment's settings.
pub(crate) fn apply(env: &Env, mut app: App) -> App {
    let config = app.config_mut();
    if let Some(interval) = number(env, "PARLOR_PING_INTERVAL") {
        config.engine.ping_interval = interval;
    }
    if let Some(timeout) = number(env, "PARLOR_PING_TIMEOUT") {
        config.engine.ping_timeout = timeout;
    }
    if let Some(shards) = number(env, "PARLOR_GATEWAYS").and_then(|shards| u32::try_from(shards).ok()) {
        config.gateways.shards = shards.max(1);
    }
    app
}

pub(crate) fn placement(env: &Env) -> Placement {
    match text(env, "PARLOR_PLACEMENT").as_deref() {
        Some("round-robin") => Placement::RoundRobin,
        _ => Placement::ByClient,
    }
}

fn text(env: &Env, name: &str) -> Option<String> {
    env.var(name).ok().map(|value| value.to_string()).filter(|value| !value.is_empty())
}

/// A whole number above 0; anything else is said in the log and left out.
fn number(env: &Env, name: &str) -> Option<u64> {
    let text = text(env, name)?;
    match text.parse() {
        Ok(number) if number > 0 => Some(number),
        _ => {
            worker::console_error!("{name} is {text:?}, not a whole number above 0; the default is used");
            None
        }
    }
}
