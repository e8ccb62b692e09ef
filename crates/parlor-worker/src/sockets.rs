//! The WebSockets of a Gateway object.

use std::{cell::RefCell, collections::HashMap};

use parlor::{Conn, Frame, Millis};
use worker::{
    Result, State, WebSocket,
    js_sys::{Date, Function, Reflect, Uint8Array},
    wasm_bindgen::{JsCast, JsValue},
    web_sys,
    worker_sys::WebSocketRequestResponsePair,
};

/// `readyState` of an open WebSocket.
const OPEN: u16 = 1;
/// How many frames keep their JavaScript form. More than a packet and its ten attachments.
const SHARED: usize = 16;

/// Handles of the open WebSockets, by the number that each carries as its tag. The handles are kept in memory;
/// after sleep the runtime has the sockets, their tags say which is which.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    open: RefCell<HashMap<Conn, web_sys::WebSocket>>,
    /// JavaScript forms of the last frames: a broadcast is turned into a string once, not once per socket.
    shared: RefCell<Vec<(Frame, JsValue)>>,
    /// `WebSocket.prototype.send`, which takes a JavaScript string as it is; the typed one makes a new string of
    /// every call.
    send: RefCell<Option<Function>>,
}

impl Sockets {
    /// Takes up the sockets that the runtime has kept.
    pub(crate) fn load(&self, state: &State) -> Result<()> {
        let mut open = self.open.borrow_mut();
        for socket in state.as_raw().get_websockets()? {
            if socket.ready_state() == OPEN
                && let Some(conn) = tag(state, &socket)
            {
                open.insert(conn, socket);
            }
        }
        Ok(())
    }

    /// Accepts a WebSocket that lives as long as the object's memory. Its events come to whoever listens to it.
    pub(crate) fn accept_awake(&self, socket: &WebSocket, conn: Conn) -> Result<()> {
        let raw: &web_sys::WebSocket = socket.as_ref();
        raw.set_binary_type(web_sys::BinaryType::Arraybuffer);
        socket.accept()?;
        self.open.borrow_mut().insert(conn, raw.clone());
        Ok(())
    }

    /// Accepts a WebSocket that stays while the object sleeps. (Not by `State::accept_websocket_with_tags`, which
    /// panics on an error.)
    pub(crate) fn accept(&self, state: &State, socket: &WebSocket, conn: Conn) -> Result<()> {
        let tags = vec![JsValue::from(conn.to_string())];
        state.as_raw().accept_websocket_with_tags(socket.as_ref(), tags)?;
        self.open.borrow_mut().insert(conn, socket.as_ref().clone());
        Ok(())
    }

    /// Which connection a socket of an event is.
    pub(crate) fn conn(&self, state: &State, socket: &WebSocket) -> Option<Conn> {
        tag(state, socket.as_ref())
    }

    /// All connections.
    pub(crate) fn conns(&self) -> Vec<Conn> {
        self.open.borrow().keys().copied().collect()
    }

    /// Sends a frame. A socket that is closing takes nothing; its close event is on its way.
    pub(crate) fn send(&self, conn: Conn, frame: &Frame) {
        let open = self.open.borrow();
        let Some(socket) = open.get(&conn) else { return };
        let value = self.js_value(frame);
        let mut send = self.send.borrow_mut();
        if send.is_none() {
            *send =
                Reflect::get(socket, &JsValue::from_str("send")).ok().and_then(|send| send.dyn_into().ok());
        }
        if let Some(send) = &*send {
            let _ = send.call1(socket, &value);
        }
    }

    /// Closes a socket.
    pub(crate) fn close(&self, conn: Conn, code: Option<u16>) {
        let socket = self.open.borrow_mut().remove(&conn);
        if let Some(socket) = socket {
            let _ = match code {
                Some(code) => socket.close_with_code(code),
                None => socket.close(),
            };
        }
    }

    /// When the runtime last answered a pong on this socket: `None` if the socket is not open, 0 if never.
    pub(crate) fn heard(&self, state: &State, conn: Conn) -> Option<Millis> {
        let open = self.open.borrow();
        let socket = open.get(&conn)?;
        let raw: &JsValue = state.as_raw().as_ref();
        let time = Reflect::get(raw, &JsValue::from_str("getWebSocketAutoResponseTimestamp"))
            .and_then(|function| function.dyn_into::<Function>())
            .and_then(|function| function.call1(raw, socket));
        let millis = time.ok().and_then(|time| time.dyn_ref::<Date>().map(Date::get_time));
        Some(millis.map_or(0, |millis| millis as Millis))
    }

    fn js_value(&self, frame: &Frame) -> JsValue {
        let mut shared = self.shared.borrow_mut();
        if let Some((_, value)) = shared.iter().rev().find(|(known, _)| same(known, frame)) {
            return value.clone();
        }
        let value = match frame {
            Frame::Text(text) => JsValue::from_str(text),
            Frame::Binary(bytes) => Uint8Array::from(bytes.as_ref()).into(),
        };
        if shared.len() >= SHARED {
            shared.remove(0);
        }
        shared.push((frame.clone(), value.clone()));
        value
    }

    /// Lets the shared frames go: they are of one turn.
    pub(crate) fn end_turn(&self) {
        self.shared.borrow_mut().clear();
    }
}

/// Whether two frames are the same allocation.
fn same(a: &Frame, b: &Frame) -> bool {
    match (a, b) {
        (Frame::Text(a), Frame::Text(b)) => std::rc::Rc::ptr_eq(a, b),
        (Frame::Binary(a), Frame::Binary(b)) => std::ptr::eq(a.as_ref(), b.as_ref()),
        _ => false,
    }
}

fn tag(state: &State, socket: &web_sys::WebSocket) -> Option<Conn> {
    state.as_raw().get_tags(socket).ok()?.first()?.parse().ok()
}

/// Has the runtime answer pongs (`3`) with a noop (`6`), without waking the object.
pub(crate) fn answer_pongs(state: &State) -> Result<()> {
    let pair = WebSocketRequestResponsePair::new("3", "6")?;
    state.as_raw().set_websocket_auto_response(&pair)?;
    Ok(())
}
