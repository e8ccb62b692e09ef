//! How an object hears that the client of a request has gone.

use worker::{
    Request,
    wasm_bindgen::{JsCast, closure::Closure},
    web_sys::AbortSignal,
};

/// Has something done when the client of a request goes away, until it is dropped. The runtime tells where
/// `enable_request_signal` is among the compatibility flags.
pub(crate) struct OnAbort {
    signal: AbortSignal,
    heard: Closure<dyn FnMut()>,
}

impl OnAbort {
    pub(crate) fn new(request: &Request, mut act: impl FnMut() + 'static) -> Self {
        let signal = request.inner().signal();
        if signal.aborted() {
            act(); // it went before anybody listened
        }
        let heard = Closure::new(act);
        // It fails for no signal.
        let _ = signal.add_event_listener_with_callback("abort", heard.as_ref().unchecked_ref());
        Self { signal, heard }
    }
}

impl Drop for OnAbort {
    fn drop(&mut self) {
        let _ = self.signal.remove_event_listener_with_callback("abort", self.heard.as_ref().unchecked_ref());
    }
}
