//! The log: one line of JSON for each event, on the console, whose levels are those of Cloudflare's dashboard.
//! docs/observability.md has the fields.

use std::fmt::Display;

use parlor::{Config, Level, Line, shown};
use worker::{State, wasm_bindgen::JsValue, web_sys::console};

use crate::now;

/// How the Worker itself is called in the log, which is no object.
pub(crate) const WORKER: &str = "worker";

/// How an object of this kind is called in the log.
pub(crate) fn object(kind: &str, state: &State) -> String {
    [kind, " ", &shown(&state.id().name().unwrap_or_default())].concat()
}

/// Writes a line, which this object says.
pub(crate) fn write(object: &str, line: &mut Line) {
    let json = JsValue::from_str(&line.text("object", object).number("time", now()).json());
    // Not by `worker`'s macros, each of which formats anew.
    match line.level() {
        Level::Error => console::error_1(&json),
        Level::Warn => console::warn_1(&json),
        Level::Info => console::log_1(&json),
        Level::Debug => console::debug_1(&json),
    }
}

/// Something failed that should not; `what` is the event.
pub(crate) fn error(object: &str, what: &str, error: &dyn Display) {
    write(object, Line::new(Level::Error, what).text("error", &error.to_string()));
}

/// Another object can't be reached.
pub(crate) fn unreachable(object: &str, config: &Config, peer: &str, error: &worker::Error) {
    if config.log_level >= Level::Warn {
        let mut line = Line::new(Level::Warn, "unreachable");
        write(object, line.text("peer", peer).text("error", &error.to_string()));
    }
}
