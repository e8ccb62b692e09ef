//! Keeps an object awake while it waits for clients: to the runtime that is no reason not to put an idle object to sleep,
//! and a question would be forgotten with its memory. A timer that runs is a reason.

use std::{cell::Cell, rc::Rc, time::Duration};

use worker::{Delay, wasm_bindgen_futures::spawn_local};

/// How long one timer runs; anything below the 10 s after which an idle object sleeps.
const STEP: Duration = Duration::from_secs(5);

/// A timer that runs while something is so.
#[derive(Clone, Debug, Default)]
pub(crate) struct Awake(Rc<Cell<bool>>);

impl Awake {
    /// Runs the timer while it is so, if it does not run already.
    pub(crate) fn while_(&self, is_so: impl Fn() -> bool + 'static) {
        if !is_so() || self.0.replace(true) {
            return;
        }
        let runs = self.0.clone();
        spawn_local(async move {
            while is_so() {
                Delay::from(STEP).await;
            }
            runs.set(false);
        });
    }
}

/// How long a handler may wait: as long as the platform lets a request to another object take. An object that stayed awake
/// for one that hangs would be paid for without end.
const HANDLER: Duration = Duration::from_secs(15 * 60);

/// Runs the timer for as long as a handler may wait, or until it is dropped.
pub(crate) async fn for_a_handler() {
    for _ in 0..HANDLER.as_secs() / STEP.as_secs() {
        Delay::from(STEP).await;
    }
}
