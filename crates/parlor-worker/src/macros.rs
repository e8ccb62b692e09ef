//! The Durable Object classes of an application.

/// Declares the Durable Object classes of an application, a function that gives an [`App`](parlor::App). Their
/// names are those in `wrangler.toml`; an application without queues may leave the third out. Each is the official
/// `#[durable_object]` around a shell of this crate:
///
/// ```text
/// #[worker::durable_object(alarm)]
/// pub struct Gateway(AssertUnwindSafe<GatewayShell>);
/// impl worker::DurableObject for Gateway { /* every method calls the shell's */ }
/// ```
///
/// But for the events of WebSockets. Those of `#[durable_object]` are `async`, and each costs a promise, a task and a turn
/// of the microtask queue, a quarter of what an echo takes; here nothing of them waits, so they are plain methods.
#[macro_export]
macro_rules! durable_objects {
    ($app:path; $gateway:ident, $room:ident) => {
        $crate::durable_objects!(@gateway $gateway, $crate::GatewayShell, $app);
        $crate::durable_objects!(@class $room, $crate::RoomShell, $app, "One room: its members and their order.");
    };
    ($app:path; $gateway:ident, $room:ident, $queue:ident) => {
        $crate::durable_objects!($app; $gateway, $room);
        $crate::durable_objects!(@class $queue, $crate::QueueShell, $app, "One queue: jobs until they are done.");
    };
    (@gateway $name:ident, $shell:path, $app:path) => {
        $crate::durable_objects!(@class $name, $shell, $app, "Holds client connections.",
            use ::worker::wasm_bindgen::prelude::*;

            #[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen)]
            impl $name {
                #[wasm_bindgen(js_name = webSocketMessage)]
                pub fn web_socket_message(&self, socket: &::worker::web_sys::WebSocket, message: JsValue) {
                    self.0.websocket_message(socket, &message);
                }

                #[wasm_bindgen(js_name = webSocketClose)]
                pub fn web_socket_close(&self, socket: &::worker::web_sys::WebSocket) {
                    self.0.websocket_closed(socket);
                }

                #[wasm_bindgen(js_name = webSocketError)]
                pub fn web_socket_error(&self, socket: &::worker::web_sys::WebSocket) {
                    self.0.websocket_closed(socket);
                }
            }
        );
    };
    (@class $name:ident, $shell:path, $app:path, $doc:literal $(, $($more:item)*)?) => {
        // In a block, because what the attribute exports has no documentation and can be given none.
        #[allow(missing_docs)]
        const _: () = {
            #[doc = $doc]
            #[::worker::durable_object(alarm)]
            #[derive(Debug)]
            pub struct $name(::std::panic::AssertUnwindSafe<$shell>);

            impl ::worker::DurableObject for $name {
                fn new(state: ::worker::State, env: ::worker::Env) -> Self {
                    Self(::std::panic::AssertUnwindSafe(<$shell>::new(state, env, $app)))
                }
                async fn fetch(&self, request: ::worker::Request) -> ::worker::Result<::worker::Response> {
                    self.0.fetch(request).await
                }
                async fn alarm(&self) -> ::worker::Result<::worker::Response> {
                    self.0.alarm().await
                }
                async fn connect(&self, _socket: ::worker::Socket) -> ::worker::Result<()> {
                    Ok(()) // nothing speaks raw TCP to these objects
                }
            }

            $($($more)*)?
        };
    };
}
