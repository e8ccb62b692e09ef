//! What a panic leaves behind: a line in the log. (It also resets the memory of every object in the isolate;
//! see ARCHITECTURE.md. No code of this project panics; a handler's might.)

use parlor::{Level, Line};
use worker::{
    js_sys::{Error, Reflect},
    wasm_bindgen::JsValue,
};

use crate::log;

/// Has panics written to the log with a stack. Call it in `#[event(start)]`.
///
/// The hook that `worker` has set goes on working: it is what makes the runtime start afresh.
pub fn report_panics() {
    let of_worker = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let stack = Reflect::get(&Error::new(""), &JsValue::from_str("stack")).ok();
        let mut line = Line::new(Level::Error, "panic");
        line.text("error", &info.to_string());
        log::write(
            log::WORKER,
            line.text("stack", &stack.and_then(|stack| stack.as_string()).unwrap_or_default()),
        );
        of_worker(info);
    }));
}
