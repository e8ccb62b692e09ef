//! Keeps an object awake while it waits for clients: to the runtime that is no reason not to put an idle object to sleep,
//! and a question would be forgotten with its memory. A timer that runs is a reason.

use std::{cell::RefCell, convert::Infallible, pin::pin, time::Duration};

use futures_channel::oneshot;
use futures_util::future;
use worker::{Delay, wasm_bindgen_futures::spawn_local};

/// How long one timer runs; anything below the 10 s after which an idle object sleeps.
const STEP: Duration = Duration::from_secs(5);

/// A timer that runs while something is so.
#[derive(Debug, Default)]
pub(crate) struct Awake(RefCell<Option<oneshot::Sender<Infallible>>>);

impl Awake {
    /// Has the timer run while it is so: told after everything that may change it. It ends at once, since time with a timer
    /// is time awake, which is paid for.
    pub(crate) fn while_(&self, is_so: bool) {
        let mut timer = self.0.borrow_mut();
        if !is_so {
            *timer = None;
        } else if timer.is_none() {
            let (runs, ended) = oneshot::channel();
            *timer = Some(runs);
            spawn_local(async move {
                let forever = pin!(async {
                    loop {
                        Delay::from(STEP).await;
                    }
                });
                let _: future::Either<_, (Infallible, _)> = future::select(ended, forever).await;
            });
        }
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
