//! The official Admin UI: for the chat it is there with its secret only, counts, and may only look.

use serde_json::{Value, json};

use super::{TestServer, house};

fn credentials() -> Value {
    json!({ "username": "admin", "password": "a password for tests" })
}

#[test]
fn without_its_secret_nobody_looks() {
    let mut server = TestServer::new(house);
    let refusal = server.connect("/admin", &credentials()).refusal();
    assert_eq!(refusal, Some(json!({ "message": "Invalid namespace" })));
}

#[test]
fn with_it_there_are_numbers_and_nothing_that_people_said() {
    let mut server = TestServer::new(|| house().var("ADMIN_PASSWORD", "a password for tests"));
    let ann = server.connect("/", &json!({ "name": "Ann", "seed": "seed of Ann, long enough" }));
    assert_eq!(ann.refusal(), None);
    let admin = server.connect("/admin", &credentials());
    server.advance(std::time::Duration::from_secs(3));
    admin.emit("_disconnect", ("/", true));
    let told = admin.events();
    assert_eq!(told[1], ("config".to_owned(), json!([{ "supportedFeatures": ["AGGREGATED_EVENTS"] }])));
    let others = told.iter().skip(2).filter(|(name, _)| name != "server_stats");
    assert_eq!(others.count(), 0);
    assert!(told.len() > 3 && !ann.is_closed());
}
