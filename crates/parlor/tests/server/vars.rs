//! Variables of the deployment, as the application has them.

use parlor::{TestServer, prelude::*};
use serde_json::{Value, json};

use crate::app::in_every_memory_of;

async fn connect(vars: Vars, Auth(auth): Auth<Value>) -> Result<(), Refused> {
    if auth["secret"] == vars.get("CHAT_SECRET") { Ok(()) } else { Err(Refused::new("unauthorized")) }
}

async fn value(vars: Vars, Data(name): Data<String>) -> Ack<String> {
    Ack(vars.get(&name).to_owned())
}

async fn print(vars: Vars) -> Ack<String> {
    Ack(format!("{vars:?}"))
}

fn bare() -> App {
    App::new()
        .needs("CHAT_SECRET", "what names are signed with")
        .wants("MODERATOR_KEY")
        .namespace("/", Namespace::new(connect).on("value", value).on("print", print))
}

fn app() -> App {
    bare().var("CHAT_SECRET", "only for tests")
}

/// What a deployment has; an application that names none of them never sees it.
fn deployed(name: &str) -> Option<String> {
    let known = [("CHAT_SECRET", "the real one"), ("MODERATOR_KEY", ""), ("OTHER", "not asked for")];
    known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

#[test]
fn every_handler_takes_them_after_sleep_too() {
    in_every_memory_of(app, |server| {
        let ann = server.connect("/", &json!({ "secret": "only for tests" }));
        server.hibernate();
        for (name, value) in [("CHAT_SECRET", "only for tests"), ("MODERATOR_KEY", ""), ("OTHER", "")] {
            assert_eq!(ann.ask("value", name), Some(json!([value])), "{name}");
        }
        assert_eq!(server.connect("/", &json!({ "secret": "wrong" })).id(), "");
    });
}

#[test]
fn the_deployments_own_win_and_an_empty_one_is_none() {
    let app = || app().var("MODERATOR_KEY", "in code").read_vars(deployed);
    let mut server = TestServer::new(app);
    let ann = server.connect("/", &json!({ "secret": "the real one" }));
    assert_eq!(ann.ask("value", "CHAT_SECRET"), Some(json!(["the real one"])));
    assert_eq!(ann.ask("value", "MODERATOR_KEY"), Some(json!(["in code"])));
    assert_eq!(ann.ask("value", "OTHER"), Some(json!([""])));
}

#[test]
fn what_is_needed_and_missing_is_said() {
    assert_eq!(bare().problems(), ["CHAT_SECRET is missing: what names are signed with"]);
    assert_eq!(bare().read_vars(|_| Some(String::new())).problems().len(), 1);
    assert_eq!(bare().read_vars(deployed).problems(), [""; 0]);
    assert_eq!(app().problems(), [""; 0]);
}

#[test]
fn none_shows_where_something_is_printed() {
    assert!(!format!("{:?}", app()).contains("only for tests"));
    let mut server = TestServer::new(app);
    let ann = server.connect("/", &json!({ "secret": "only for tests" }));
    assert_eq!(ann.ask("print", ()), Some(json!([r#"{"CHAT_SECRET", "MODERATOR_KEY"}"#])));
}
