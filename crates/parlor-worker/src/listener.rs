//! Events of JavaScript's.

use worker::{
    Request,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
    web_sys::EventTarget,
};

/// Has something done with events, until it is dropped; where that happens in one of them, the others are heard of no more.
pub(crate) struct Listener {
    target: EventTarget,
    events: &'static [&'static str],
    heard: Closure<dyn FnMut(JsValue)>,
}

impl Listener {
    pub(crate) fn new(
        target: &EventTarget,
        events: &'static [&'static str],
        act: impl FnMut(JsValue) + 'static,
    ) -> Self {
        let heard = Closure::new(act);
        for event in events {
            // It fails for no event.
            let _ = target.add_event_listener_with_callback(event, heard.as_ref().unchecked_ref());
        }
        Self { target: target.clone(), events, heard }
    }

    /// Has something done when the client of a request goes away. The runtime tells where `enable_request_signal` is among
    /// the compatibility flags.
    pub(crate) fn of_abort(request: &Request, mut act: impl FnMut() + 'static) -> Self {
        let signal = request.inner().signal();
        if signal.aborted() {
            act(); // it went before anybody listened
        }
        Self::new(&signal, &["abort"], move |_| act())
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        for event in self.events {
            let heard = self.heard.as_ref().unchecked_ref();
            let _ = self.target.remove_event_listener_with_callback(event, heard);
        }
    }
}
