//! One alarm for all deadlines of an object.

use std::cell::Cell;

use parlor::Millis;
use worker::{ScheduledTime, State, js_sys, wasm_bindgen::JsValue, wasm_bindgen_futures::spawn_local};

use crate::log;

/// When the object's alarm is set for. It is only ever moved earlier: an alarm that finds nothing due costs less
/// than one that is set anew with every message.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    at: Cell<Option<Millis>>,
}

impl Alarm {
    /// Makes sure that the alarm goes off by then.
    pub(crate) fn ensure(&self, state: &State, object: &str, deadline: Option<Millis>) {
        let Some(deadline) = deadline else { return };
        if self.at.get().is_some_and(|at| at <= deadline) {
            return;
        }
        self.at.set(Some(deadline));
        let storage = state.storage();
        let object = object.to_owned();
        let date = js_sys::Date::new(&JsValue::from_f64(deadline as f64));
        spawn_local(async move {
            if let Err(error) = storage.set_alarm(ScheduledTime::new(date)).await {
                log::error(&object, "no alarm", &error);
            }
        });
    }

    /// It has gone off.
    pub(crate) fn fired(&self) {
        self.at.set(None);
    }
}
