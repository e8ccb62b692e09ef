//! The Durable Object classes of an application.

/// Declares the Durable Object classes of an application, a function that gives an [`App`](parlor::App). Their
/// names are those in `wrangler.toml`; an application without queues may leave the third out. Each is the official `#[durable_object]` around a shell of this crate:
///
/// ```text
/// #[worker::durable_object]
/// pub struct Gateway(AssertUnwindSafe<GatewayShell>);
/// impl worker::DurableObject for Gateway { /* every method calls the shell's */ }
/// ```
#[macro_export]
macro_rules! durable_objects {
    ($app:path; $gateway:ident, $room:ident) => {
        $crate::durable_objects!(
            @class () $gateway, $crate::GatewayShell, $app, "Holds client connections.", {
                async fn websocket_message(
                    &self,
                    socket: ::worker::WebSocket,
                    message: ::worker::WebSocketIncomingMessage,
                ) -> ::worker::Result<()> {
                    self.0.websocket_message(&socket, message)
                }
                async fn websocket_close(
                    &self,
                    socket: ::worker::WebSocket,
                    _code: usize,
                    _reason: ::std::string::String,
                    _clean: bool,
                ) -> ::worker::Result<()> {
                    self.0.websocket_closed(&socket)
                }
                async fn websocket_error(
                    &self,
                    socket: ::worker::WebSocket,
                    _error: ::worker::Error,
                ) -> ::worker::Result<()> {
                    self.0.websocket_closed(&socket)
                }
                async fn connect(&self, _socket: ::worker::Socket) -> ::worker::Result<()> {
                    Ok(()) // nothing speaks raw TCP to these objects
                }
            }
        );
        $crate::durable_objects!(
            @class (alarm) $room, $crate::RoomShell, $app, "One room: its members and their order.", {}
        );
    };
    ($app:path; $gateway:ident, $room:ident, $queue:ident) => {
        $crate::durable_objects!($app; $gateway, $room);
        $crate::durable_objects!(
            @class (alarm) $queue, $crate::QueueShell, $app, "One queue: jobs until they are done.", {}
        );
    };
    // `(alarm)`: without what only objects with WebSockets have.
    (@class $kind:tt $name:ident, $shell:path, $app:path, $doc:literal, {$($more:item)*}) => {
        // In a block, because what the attribute exports has no documentation and can be given none.
        #[allow(missing_docs)]
        const _: () = {
        #[doc = $doc]
        #[::worker::durable_object $kind]
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
            $($more)*
        }
        };
    };
}
