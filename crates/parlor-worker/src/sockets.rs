//! The WebSockets of a Gateway object.
//!
//! **In portions.** To workerd the first frame that is sent on a socket costs a pump, a promise and a way back into the
//! isolate, and what is sent while that runs costs next to nothing. And nothing is written to any socket before whoever sends
//! has ended. So a turn sends to a few sockets at once; the others wait in a queue, and whenever the runtime has a moment (a
//! timer of 0 ms) the next few get what has been gathered for them, each all of its frames back to back. Thus the first of a
//! thousand hear a broadcast a millisecond later and not ten, new messages are heard meanwhile, and where broadcasts
//! come fast several of them go out together. What goes to a few sockets only, an acknowledgement say, is not held back by it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use parlor::{Conn, Frame, Millis};
use socket_io::Map;
use worker::{
    Result, State, WebSocket, js_sys,
    js_sys::{Function, Reflect, Uint8Array},
    wasm_bindgen::{
        JsCast, JsValue,
        prelude::{Closure, wasm_bindgen},
    },
    web_sys,
    worker_sys::WebSocketRequestResponsePair,
};

/// `readyState` of an open WebSocket.
const OPEN: u16 = 1;
/// How many frames keep their JavaScript form. More than a packet and its ten attachments.
const SHARED: usize = 16;
/// How many sockets are sent to at once. With fewer, the timers cost as much as they bring.
const PORTION: usize = 16;
/// No turn.
const NEVER: u32 = u32::MAX;

/// Handles of the open WebSockets, by the number that each carries as its tag. The handles are kept in memory;
/// after sleep the runtime has the sockets, their tags say which is which.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    open: RefCell<Map<Conn, Open>>,
    /// The numbers by the sockets, in JavaScript: asking the runtime for a socket's tags makes new strings each time.
    conns: js_sys::Map,
    /// JavaScript forms of the last frames: a broadcast is turned into a string once, not once per socket.
    shared: RefCell<Vec<(Frame, Rc<JsValue>)>>,
    /// `WebSocket.prototype.send`, which takes a JavaScript string as it is; the typed one makes a new string of
    /// every call.
    send: RefCell<Option<Function>>,
    /// The number of this turn, and how many sockets were sent to in it.
    turn: Cell<u32>,
    sent: Cell<usize>,
    /// Who began to wait in this turn, and before.
    late: RefCell<Vec<Conn>>,
    waiting: RefCell<Vec<Conn>>,
    /// The timer's callback, and whether it is set.
    flush: RefCell<Option<Closure<dyn FnMut()>>>,
    gathers: Cell<bool>,
}

#[derive(Debug)]
struct Open {
    socket: web_sys::WebSocket,
    /// What is sent to it when it is its turn.
    waiting: Vec<Rc<JsValue>>,
    /// The last turn in which it was sent to at once.
    sent: u32,
    /// When it had been heard as it was taken up.
    heard: Millis,
}

impl Sockets {
    /// Takes up the sockets that the runtime has kept.
    pub(crate) fn load(&self, state: &State) -> Result<()> {
        let mut open = self.open.borrow_mut();
        for (conn, heard, socket) in kept(state)? {
            if socket.ready_state() == OPEN {
                open.insert(conn, Open { socket, waiting: Vec::new(), sent: NEVER, heard });
            }
        }
        Ok(())
    }

    /// When the runtime had last answered a pong on this socket as it was taken up: `None` if it is not open, 0 if never.
    pub(crate) fn heard(&self, conn: Conn) -> Option<Millis> {
        Some(self.open.borrow().get(&conn)?.heard)
    }

    fn keep(&self, conn: Conn, socket: &web_sys::WebSocket) {
        self.know(conn, socket);
        self.open
            .borrow_mut()
            .insert(conn, Open { socket: socket.clone(), waiting: Vec::new(), sent: NEVER, heard: 0 });
    }

    fn know(&self, conn: Conn, socket: &web_sys::WebSocket) {
        self.conns.set(socket, &JsValue::from_f64(conn as f64)); // numbers below 2^53
    }

    /// Accepts a WebSocket that lives as long as the object's memory. Its events come to whoever listens to it.
    pub(crate) fn accept_awake(&self, socket: &WebSocket, conn: Conn) -> Result<()> {
        let raw: &web_sys::WebSocket = socket.as_ref();
        raw.set_binary_type(web_sys::BinaryType::Arraybuffer);
        socket.accept()?;
        self.keep(conn, raw);
        Ok(())
    }

    /// Accepts a WebSocket that stays while the object sleeps. (Not by `State::accept_websocket_with_tags`, which
    /// panics on an error.)
    pub(crate) fn accept(&self, state: &State, socket: &WebSocket, conn: Conn) -> Result<()> {
        let tags = vec![JsValue::from(conn.to_string())];
        state.as_raw().accept_websocket_with_tags(socket.as_ref(), tags)?;
        self.keep(conn, socket.as_ref());
        Ok(())
    }

    /// Which connection a socket of an event is.
    pub(crate) fn conn(&self, state: &State, socket: &web_sys::WebSocket) -> Option<Conn> {
        match self.conns.get(socket).as_f64() {
            Some(conn) => Some(conn as Conn),
            None => {
                // Its first event after sleep, or it is closed.
                let conn = tag(state, socket)?;
                if self.open.borrow().contains_key(&conn) {
                    self.know(conn, socket);
                }
                Some(conn)
            }
        }
    }

    /// Sends a frame. A socket that is closing takes nothing; its close event is on its way.
    pub(crate) fn send(&self, conn: Conn, frame: &Frame) {
        let mut open = self.open.borrow_mut();
        let Some(socket) = open.get_mut(&conn) else { return };
        let value = self.js_value(frame);
        if socket.sent != self.turn.get() {
            if self.gathers.get() || self.sent.get() >= PORTION {
                if socket.waiting.is_empty() {
                    self.late.borrow_mut().push(conn);
                }
                socket.waiting.push(value);
                return;
            }
            socket.sent = self.turn.get();
            self.sent.set(self.sent.get() + 1);
        }
        self.send_now(&socket.socket, &value);
    }

    fn send_now(&self, socket: &web_sys::WebSocket, value: &JsValue) {
        let mut send = self.send.borrow_mut();
        if send.is_none() {
            *send =
                Reflect::get(socket, &JsValue::from_str("send")).ok().and_then(|send| send.dyn_into().ok());
        }
        if let Some(send) = &*send {
            let _ = send.call1(socket, value);
        }
    }

    /// Sends what waits for these sockets. Says whether anything did.
    fn flush(&self, conns: Vec<Conn>) -> bool {
        let mut open = self.open.borrow_mut();
        let mut any = false;
        for conn in conns {
            let Some(Open { socket, waiting, .. }) = open.get_mut(&conn) else { continue };
            for value in waiting.drain(..) {
                self.send_now(socket, &value);
                any = true;
            }
        }
        any
    }

    /// A turn is over: lets its shared frames go, and decides what of it goes out now.
    pub(crate) fn end_turn(self: &Rc<Self>) {
        self.shared.borrow_mut().clear();
        self.turn.set(self.turn.get().wrapping_add(1));
        let sent = self.sent.take();
        let late = self.late.take();
        if !self.gathers.get() {
            if sent >= PORTION {
                self.waiting.borrow_mut().extend(late);
                self.gather();
            }
        } else if late.len() < PORTION {
            self.flush(late);
        } else {
            self.waiting.borrow_mut().extend(late);
        }
    }

    /// Gathers from now on, until the runtime has a moment.
    fn gather(self: &Rc<Self>) {
        let mut flush = self.flush.borrow_mut();
        let flush = flush.get_or_insert_with(|| {
            let sockets = Rc::downgrade(self);
            Closure::new(move || {
                if let Some(sockets) = sockets.upgrade() {
                    sockets.next_portion();
                }
            })
        });
        self.gathers.set(set_timeout(flush, 0).is_ok());
        if !self.gathers.get() {
            self.flush(self.waiting.take()); // nobody else would
        }
    }

    /// The runtime has a moment. Who is sent to now keeps it busy for another, so what comes until then is gathered.
    fn next_portion(self: &Rc<Self>) {
        let next = {
            let mut waiting = self.waiting.borrow_mut();
            let count = waiting.len().min(PORTION);
            waiting.drain(..count).collect()
        };
        self.gathers.set(false);
        if self.flush(next) || !self.waiting.borrow().is_empty() {
            self.gather();
        }
    }

    /// Closes a socket.
    pub(crate) fn close(&self, conn: Conn, code: Option<u16>) {
        self.flush(vec![conn]);
        let closed = self.open.borrow_mut().remove(&conn);
        if let Some(Open { socket, .. }) = closed {
            self.conns.delete(&socket);
            let _ = match code {
                Some(code) => socket.close_with_code(code),
                None => socket.close(),
            };
        }
    }

    fn js_value(&self, frame: &Frame) -> Rc<JsValue> {
        let mut shared = self.shared.borrow_mut();
        if let Some((_, value)) = shared.iter().rev().find(|(known, _)| same(known, frame)) {
            return value.clone();
        }
        let value = Rc::new(match frame {
            Frame::Text(text) => JsValue::from_str(text),
            Frame::Binary(bytes) => Uint8Array::from(bytes.as_ref()).into(),
        });
        if shared.len() >= SHARED {
            shared.remove(0);
        }
        shared.push((frame.clone(), value.clone()));
        value
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

/// The sockets that the runtime has kept, with their numbers and when it last answered a pong on them (0: never).
///
/// It is asked in three calls, whatever their number: JavaScript makes numbers of `["7"]`, of a date, and of null.
pub(crate) fn kept(
    state: &State,
) -> Result<impl Iterator<Item = (Conn, Millis, web_sys::WebSocket)> + use<>> {
    let raw: &JsValue = state.as_raw().as_ref();
    let method = |name| Reflect::get(raw, &JsValue::from_str(name))?.dyn_into::<Function>();
    let sockets: js_sys::Array = method("getWebSockets")?.call0(raw)?.dyn_into()?;
    let numbers = |name| Ok::<_, JsValue>(numbers(&sockets, &method(name)?.bind0(raw))?.to_vec());
    let (conns, heard) = (numbers("getTags")?, numbers("getWebSocketAutoResponseTimestamp")?);
    let sockets = conns.into_iter().zip(heard).zip(sockets);
    Ok(sockets.filter_map(|((conn, heard), socket)| {
        (conn > 0.0).then(|| (conn as Conn, heard as Millis, socket.unchecked_into()))
    }))
}

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
extern "C" {
    /// What a function makes of each value.
    #[wasm_bindgen(catch, js_namespace = Float64Array, js_name = from)]
    fn numbers(of: &js_sys::Array, function: &Function)
    -> std::result::Result<js_sys::Float64Array, JsValue>;

    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_timeout(act: &Closure<dyn FnMut()>, milliseconds: u32) -> std::result::Result<JsValue, JsValue>;
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
