//! What the types of a handler say of it.

use ts_rs::TS;

use super::Signature;
use crate::{
    Ack, Asked, Auth, Data, DisconnectReason, EventName, Fault, Handshake, Io, Kept, Now, Params, Payload,
    Receipt, Socket, SocketData, State, Vars,
};

/// A handler whose arguments are known in TypeScript.
#[diagnostic::on_unimplemented(
    message = "it is not known what this handler is in TypeScript",
    label = "not an `async fn` of at most eight arguments, each a `parlor::typescript::Argument`",
    note = "what is in `Data` and `Auth` derives `ts_rs::TS`",
    note = "for an extractor of your own: `impl parlor::typescript::Argument for ItsType {{}}`"
)]
pub trait Declared<Args> {
    /// What its future gives.
    type Output;

    /// Says what it takes.
    fn declare(signature: &mut Signature<'_>);
}

macro_rules! declared {
    ($($arg:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<Function, Running, $($arg,)*> Declared<($($arg,)*)> for Function
        where
            Function: Fn($($arg),*) -> Running,
            Running: Future,
            $($arg: Argument,)*
        {
            type Output = Running::Output;

            fn declare(signature: &mut Signature<'_>) {
                let _ = &signature; // where there are no arguments
                $($arg::declare(signature);)*
            }
        }
    };
}

declared!();
declared!(A);
declared!(A B);
declared!(A B C);
declared!(A B C D);
declared!(A B C D E);
declared!(A B C D E F);
declared!(A B C D E F G);
declared!(A B C D E F G H);

/// What an extractor takes of the event, as the client sees it. Those of this crate have it; one of your own that takes
/// nothing of the arguments needs no more than `impl Argument for Language {}`. One that does says so:
///
/// ```
/// use parlor::typescript::{Argument, Signature};
/// # struct Checked<T>(T);
/// impl<T: ts_rs::TS + 'static> Argument for Checked<T> {
///     fn declare(signature: &mut Signature<'_>) {
///         signature.data::<T>();
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "it is not known what `{Self}` takes of an event's arguments, in TypeScript",
    note = "for an extractor of your own: `impl parlor::typescript::Argument for {Self} {{}}`"
)]
pub trait Argument {
    /// Says what it takes; by default nothing, but it may fail.
    fn declare(signature: &mut Signature<'_>) {
        signature.may_fail();
    }
}

impl<T: TS + 'static> Argument for Data<T> {
    fn declare(signature: &mut Signature<'_>) {
        signature.data::<T>();
    }
}

impl Argument for Payload {
    fn declare(signature: &mut Signature<'_>) {
        signature.anything();
    }
}

impl<T: TS + 'static> Argument for Auth<T> {
    fn declare(signature: &mut Signature<'_>) {
        signature.auth::<T>();
    }
}

impl<A: Argument> Argument for Option<A> {
    fn declare(signature: &mut Signature<'_>) {
        signature.unfailing(A::declare);
    }
}

impl<A: Argument> Argument for Result<A, Fault> {
    fn declare(signature: &mut Signature<'_>) {
        signature.unfailing(A::declare);
    }
}

/// These are there in every event.
macro_rules! is_there {
    ($($type:ty)*) => { $(
        impl Argument for $type {
            fn declare(_: &mut Signature<'_>) {}
        }
    )* };
}

is_there! { Socket Io Now EventName Handshake Params DisconnectReason }

impl<S: serde::Serialize> Argument for SocketData<S> {
    fn declare(_: &mut Signature<'_>) {}
}

impl<T> Argument for State<T> {}
impl Argument for Vars {}

impl<T> Argument for Kept<T> {
    fn declare(_: &mut Signature<'_>) {}
}

/// What a handler returns, as the client's acknowledgement sees it. Without an [`Ack`] there is none to wait for: a
/// handler that returns `Result<(), Fault>` acknowledges its faults alone.
#[diagnostic::on_unimplemented(
    message = "it is not known what `{Self}` answers, in TypeScript",
    note = "a handler returns (), `Ack<T>` where `T` derives `ts_rs::TS`, `Asked<Receipt>`, or a `Result` of these"
)]
pub trait Answer {
    /// Says what it answers.
    fn declare(signature: &mut Signature<'_>);
}

impl Answer for () {
    fn declare(_: &mut Signature<'_>) {}
}

impl<T: TS + 'static> Answer for Ack<T> {
    fn declare(signature: &mut Signature<'_>) {
        signature.answer::<T>();
    }
}

impl Answer for Asked<Receipt> {
    fn declare(signature: &mut Signature<'_>) {
        signature.answer::<Receipt>();
        signature.may_fail();
    }
}

impl<A: Answer, E: Into<Fault>> Answer for Result<A, E> {
    fn declare(signature: &mut Signature<'_>) {
        A::declare(signature);
        signature.may_fail();
    }
}
