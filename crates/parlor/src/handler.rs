//! Handlers: plain `async fn`s whose arguments are extractors.

use std::{
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use crate::{
    answer::{Fault, IntoConnected, IntoOutcome, Outcome},
    call::Scope,
    extract::{Connecting, FromCall},
};

/// An event handler of a `Namespace<S>`: an `async fn` of up to eight extractors.
#[diagnostic::on_unimplemented(
    message = "this is not a handler for a `Namespace<{S}>`",
    label = "not an `async fn` of at most eight extractors that returns (), `Ack<T>` or a `Result` of these",
    note = "extractors: `Data<T>` for the event's arguments, `SocketData<{S}>` with this very type, `Socket`, `Io`, `Auth<T>`, `Handshake`, … (see `FromCall`)",
    note = "the `T` of `Data<T>` and `Kept<T>` is `Deserialize` and owns what is in it: `String`, not `&str`",
    note = "a value for the client's acknowledgement is returned as `Ack(value)`, and is `Serialize`"
)]
pub trait Handler<S, Args>: 'static {
    /// Starts a call.
    fn call(&self, scope: Rc<Scope>) -> HandlerFuture;
}

/// The connect handler of a `Namespace<S>`: an `async fn` of up to eight extractors that returns
/// `Result<S, Refused>`.
#[diagnostic::on_unimplemented(
    message = "this is not a connect handler for a `Namespace<{S}>`",
    label = "not an `async fn` of at most eight extractors that returns `Result<{S}, Refused>`",
    note = "extractors: `Auth<T>`, `Handshake`, `Socket`, `Io`, `Params`, … (see `FromCall`); `SocketData` is not there yet: this handler makes it",
    note = "the `T` of `Auth<T>` is `Deserialize` and owns what is in it; `{S}` is `Serialize` and `Deserialize`"
)]
pub trait ConnectHandler<S, Args>: 'static {
    /// Starts a call.
    fn call(&self, scope: Rc<Scope>) -> HandlerFuture;
}

/// A handler that runs. (A trait of its own, so that what comes of the future needs no second one around it.)
pub trait Handling {
    /// Goes on.
    fn go_on(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome>;
}

impl<Running: Future<Output: IntoOutcome>> Handling for Running {
    fn go_on(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        self.poll(cx).map(IntoOutcome::into_outcome)
    }
}

pub(crate) type HandlerFuture = Pin<Box<dyn Handling>>;

pub(crate) type BoxedHandler = Rc<dyn Fn(Rc<Scope>) -> HandlerFuture>;

/// A call that has ended before its function ran.
pub(crate) fn failed(fault: Fault) -> HandlerFuture {
    Box::pin(std::future::ready(Outcome::Failed(fault)))
}

/// The function's future, with the arguments taken from the call.
macro_rules! started {
    ($function:expr, $scope:ident, $marker:ty, $($arg:ident)*) => {{
        $(
            #[allow(non_snake_case, reason = "one name for the argument and its type")]
            let $arg = <$arg as FromCall<$marker>>::from_call(&$scope)?;
        )*
        drop($scope);
        $function($($arg),*)
    }};
}

macro_rules! handlers {
    ($($arg:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<S, Function, Running, Out, $($arg,)*> Handler<S, ($($arg,)*)> for Function
        where
            Function: Fn($($arg),*) -> Running + 'static,
            Running: Future<Output = Out> + 'static,
            Out: IntoOutcome,
            $($arg: FromCall<S>,)*
        {
            fn call(&self, scope: Rc<Scope>) -> HandlerFuture {
                let start = move || -> Result<HandlerFuture, Fault> { Ok(Box::pin(started!(self, scope, S, $($arg)*))) };
                start().unwrap_or_else(failed)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<S, Function, Running, Out, $($arg,)*> ConnectHandler<S, ($($arg,)*)> for Function
        where
            Function: Fn($($arg),*) -> Running + 'static,
            Running: Future<Output = Out> + 'static,
            Out: IntoConnected<S>,
            $($arg: FromCall<Connecting>,)*
        {
            fn call(&self, scope: Rc<Scope>) -> HandlerFuture {
                let start = move || -> Result<HandlerFuture, Fault> {
                    let running = started!(self, scope, Connecting, $($arg)*);
                    Ok(Box::pin(async move { running.await.into_connected() }))
                };
                start().unwrap_or_else(failed)
            }
        }
    };
}

handlers!();
handlers!(A);
handlers!(A B);
handlers!(A B C);
handlers!(A B C D);
handlers!(A B C D E);
handlers!(A B C D E F);
handlers!(A B C D E F G);
handlers!(A B C D E F G H);
