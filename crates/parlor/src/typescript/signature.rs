//! What an event takes and answers, as a function's type.

use ts_rs::TS;

use super::types::{Arguments, Types};

/// The answer instead of one: what a [`Fault`](crate::Fault) is on the wire.
pub(super) const FAILED: &str = "Failed";

/// What a handler takes from the client, and gives it back.
#[derive(Debug)]
pub struct Signature<'a> {
    types: &'a mut Types,
    arguments: Option<Arguments>,
    answer: Option<Arguments>,
    auth: Option<String>,
    may_fail: bool,
}

impl<'a> Signature<'a> {
    pub(super) fn new(types: &'a mut Types) -> Self {
        Self { types, arguments: None, answer: None, auth: None, may_fail: false }
    }

    /// It takes the event's arguments, as [`Data<T>`](crate::Data) does.
    pub fn data<T: TS + 'static>(&mut self) {
        let arguments = self.types.arguments::<T>();
        self.may_fail |= arguments != Arguments::Known(Vec::new()); // what does not fit is answered so
        if matches!(self.arguments, None | Some(Arguments::Any)) {
            self.arguments = Some(arguments);
        }
    }

    /// A client's handler takes it, which does not look whether it fits.
    pub(super) fn takes<T: TS + 'static>(&mut self) {
        self.unfailing(Self::data::<T>);
    }

    /// It takes whatever arguments there are, as [`Payload`](crate::Payload) does.
    pub fn anything(&mut self) {
        self.arguments.get_or_insert(Arguments::Any);
    }

    /// It takes the client's `auth`, as [`Auth<T>`](crate::Auth) does.
    pub fn auth<T: TS + 'static>(&mut self) {
        self.auth = Some(self.types.name::<T>());
        self.may_fail = true;
    }

    /// It may end the event with a [`Fault`](crate::Fault).
    pub fn may_fail(&mut self) {
        self.may_fail = true;
    }

    /// Whatever `declare` adds to it, a fault of that does not end the event.
    pub(super) fn unfailing(&mut self, declare: impl FnOnce(&mut Self)) {
        let may_fail = self.may_fail;
        declare(self);
        self.may_fail = may_fail;
    }

    pub(super) fn answer<T: TS + 'static>(&mut self) {
        self.answer = Some(self.types.arguments::<T>());
    }

    pub(super) fn into_auth(self) -> Option<String> {
        self.auth
    }

    /// `(data: A, ack: (answer: B | Failed) => void) => void`
    pub(super) fn into_function(self) -> String {
        let Self { types, arguments, answer, may_fail, .. } = self;
        let ack = answer.map(|answer| {
            let answer = if may_fail { or_failed(types, answer) } else { parameters("answer", answer) };
            format!("ack: ({}) => void", answer.join(", "))
        });
        let parameters = match (arguments, ack) {
            // Nothing comes behind a rest parameter, but inside of its type something may.
            (Some(Arguments::Any), Some(ack)) => vec![format!("...data: [...data: unknown[], {ack}]")],
            (arguments, ack) => {
                let arguments = arguments.unwrap_or(Arguments::Known(Vec::new()));
                parameters("data", arguments).into_iter().chain(ack).collect()
            }
        };
        format!("({}) => void", parameters.join(", "))
    }
}

/// One has the name alone, several a number each.
fn parameters(name: &str, arguments: Arguments) -> Vec<String> {
    match arguments {
        Arguments::Any => vec![format!("...{name}: unknown[]")],
        Arguments::Known(one) if one.len() == 1 => one.iter().map(|one| format!("{name}: {one}")).collect(),
        Arguments::Known(many) => {
            many.iter().enumerate().map(|(index, one)| format!("{name}{}: {one}", index + 1)).collect()
        }
    }
}

/// A failure is one argument in place of the first.
fn or_failed(types: &mut Types, answer: Arguments) -> Vec<String> {
    if let Arguments::Known(known) = &answer {
        let docs = "/** Why an event was not handled: `error` is for programs, `message` for people. */";
        types.declare(
            FAILED,
            format!("{docs}\nexport type {FAILED} = {{ error: string, message?: string, }};"),
        );
        if known.is_empty() {
            return vec![format!("answer: {FAILED} | undefined")]; // `?` is lost on the client's `emitWithAck`
        }
    }
    let mut parameters = parameters("answer", answer).into_iter();
    let first = parameters.next().map(|first| match first.starts_with("...") {
        true => first,
        false => format!("{first} | {FAILED}"),
    });
    first.into_iter().chain(parameters.map(|other| other.replacen(':', "?:", 1))).collect()
}
