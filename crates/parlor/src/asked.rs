//! What a handler asks of Rooms, Queues and other sockets, and how it is told what came of it.

use std::{
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use crate::{
    answer::{Fault, IntoOutcome, Outcome},
    call::Scope,
    history::Receipt,
    wire::Found,
};

/// A question, asked already: await it for what came of it. So of several that are asked before one is awaited none waits
/// for another.
///
/// ```
/// use parlor::prelude::*;
/// async fn both(io: Io, Data(room): Data<String>) -> Result<Ack<(Option<String>, usize)>, Fault> {
///     let (topic, people) = (io.to(&room).get("topic"), io.to(&room).count());
///     Ok(Ack((topic.await?, people.await)))
/// }
/// # let _ = Namespace::open().on("both", both);
/// ```
///
/// A handler that has nothing to do once a message is stored returns what [`publish`](crate::Broadcast::publish) gave it, and
/// has ended: the client's acknowledgement is the [`Receipt`], or why there is none, when the Room has said so. The socket's
/// next event does not wait for it, as on Node that of a listener which leaves the acknowledgement to a callback.
///
/// ```
/// use parlor::prelude::*;
/// async fn say(io: Io, Data((room, id, text)): Data<(String, String, String)>) -> Asked<Receipt> {
///     io.to(&room).once(&id).publish("said", &text)
/// }
/// # let _ = Namespace::open().on("say", say);
/// ```
#[must_use = "it is asked; what came of it is known to who awaits it"]
pub struct Asked<T> {
    scope: Rc<Scope>,
    question: Question,
    read: fn(Found) -> Result<T, Fault>,
}

/// The number of a question, or why it was not asked; told once.
type Question = Result<u64, Option<Fault>>;

impl<T> Asked<T> {
    /// The question of that number. `read` takes from the answer what is wanted.
    pub(crate) fn new(
        scope: Rc<Scope>,
        question: Result<u64, Fault>,
        read: fn(Found) -> Result<T, Fault>,
    ) -> Self {
        Self { scope, question: question.map_err(Some), read }
    }
}

/// Once it is answered it is not to be polled again, as with any future.
impl<T> Future for Asked<T> {
    type Output = Result<T, Fault>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let read = self.read;
        match &mut self.question {
            Ok(ask) => {
                let ask = *ask;
                let answer = self.scope.poll_answer(ask, cx).map(read);
                if answer.is_ready() {
                    self.question = Err(None);
                }
                answer
            }
            Err(fault) => Poll::Ready(Err(fault.take().unwrap_or_else(Fault::timeout))),
        }
    }
}

/// The acknowledgement is the receipt, once there is one.
impl IntoOutcome for Asked<Receipt> {
    fn into_outcome(self) -> Outcome {
        match self.question {
            // It may have come while the handler waited for something else.
            Ok(ask) => match self.scope.take_answer(ask) {
                Some(found) => Outcome::of_receipt(found),
                None => Outcome::Publishes(ask),
            },
            Err(fault) => Outcome::Failed(fault.unwrap_or_else(Fault::timeout)),
        }
    }
}

impl<T> std::fmt::Debug for Asked<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("question", &self.question).finish_non_exhaustive()
    }
}
