//! The benchmark's contract on socketioxide, single-threaded like the other servers. usage: peer-socketioxide PORT
use axum::Router;
use axum::routing::get;
use axum::serve::ListenerExt;
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, SocketRef};

async fn on_connect(socket: SocketRef) {
    socket.on("join", async |s: SocketRef, Data(room): Data<String>, ack: AckSender| {
        s.join(room);
        ack.send(&()).ok();
    });
    socket.on("msg", async |s: SocketRef, Data((room, payload)): Data<(String, String)>| {
        s.to(room).emit("msg", &payload).await.ok();
    });
    socket.on("echo", async |Data(payload): Data<String>, ack: AckSender| {
        ack.send(&payload).ok();
    });
}

/// With polling and WebSocket, which is the default.
async fn serve(port: u16) -> std::io::Result<()> {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", on_connect);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    // With Nagle's algorithm on, small frames stall for 40 ms.
    let listener = listener.tap_io(|stream| {
        stream.set_nodelay(true).ok();
    });
    axum::serve(listener, Router::new().route("/healthz", get(|| async { "ok" })).layer(layer)).await
}

fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|p| p.parse().ok()).expect("usage: peer-socketioxide PORT");
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve(port))
}
