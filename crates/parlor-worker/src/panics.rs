//! What a panic leaves behind: a line in the log, and its stack. (It also resets the memory of every object in the isolate;
//! see ARCHITECTURE.md. No code of this project panics; a handler's might.)

use parlor::{Level, Line};

use crate::log;

/// Has panics written to the log, and with a stack to the console. Call it in `#[event(start)]`.
///
/// The hook that `worker` has set goes on working: it is what makes the runtime start afresh.
pub fn report_panics() {
    let of_worker = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        log::write(log::WORKER, Line::new(Level::Error, "panic").text("error", &info.to_string()));
        console_error_panic_hook::hook(info);
        of_worker(info);
    }));
}
