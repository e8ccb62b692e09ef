//! An extractor of one's own has to say what it takes of the arguments.
use parlor::{FromCall, Scope, prelude::*, typescript::Events};

struct Language;

impl<S> FromCall<S> for Language {
    fn from_call(_: &std::rc::Rc<Scope>) -> Result<Self, Fault> {
        Ok(Self)
    }
}

async fn hello(_: Socket, _: Language) {}

fn main() {
    let _ = Events::of(&Namespace::open().on("hello", hello)).on("hello", hello);
}
