//! Orders that cooks work off, one after another, and mail that waits for who is away.

use parlor_worker::prelude::*;

fn app() -> App {
    let main = Namespace::new(connect).on("order", order).on("cook", cook).on("ready", ready);
    App::new()
        .namespace("/", main)
        // A cook has five minutes for a dish; the second time it goes to another at once.
        .queue("orders", QueueConfig { visibility: 300_000, backoff: 0, ..QueueConfig::default() })
        .queue("inbox:*", QueueConfig { event: "mail".into(), attempts: 100, ..QueueConfig::default() })
}

#[derive(Serialize, Deserialize)]
struct Person {
    name: String,
}

#[derive(Serialize, Deserialize)]
struct Order {
    name: String,
    dish: Dish,
}

/// What is ordered: whoever says it, it is no longer than this.
#[derive(Serialize, Deserialize)]
#[serde(try_from = "String")]
struct Dish(String);

impl TryFrom<String> for Dish {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if (1..=100).contains(&text.len()) { Ok(Self(text)) } else { Err("A dish has 1 to 100 bytes.") }
    }
}

/// Lets in whoever has a name, and gives them their mail: what came while they were away first, one after another, each
/// until they have acknowledged it.
async fn connect(socket: Socket, auth: Option<Auth<Person>>) -> Result<Person, Refused> {
    match auth {
        Some(Auth(person)) if is_name(&person.name) => {
            socket.consume(&inbox_of(&person.name))?;
            Ok(person)
        }
        _ => Err(Refused::new("A name has 1 to 20 letters and digits.")),
    }
}

/// Acknowledged once it is stored. Orders of one guest are cooked in their order.
async fn order(io: Io, me: SocketData<Person>, Data(dish): Data<Dish>) -> Result<Ack, Fault> {
    let order = Order { name: me.name.clone(), dish };
    io.queue("orders").key(&me.name).push(&order).await?;
    Ok(Ack(()))
}

/// Who cooks gets orders, one at a time, as `job`. Here anybody may: ask for a token, as the members example does, before you
/// let strangers in.
async fn cook(socket: Socket, Data(cooks): Data<bool>) -> Result<Ack, Fault> {
    match cooks {
        true => socket.consume("orders")?,
        false => socket.stop_consuming("orders").await?,
    }
    Ok(Ack(()))
}

/// Mail for the guest, once for each order, though the cook may say it twice. Who says it is taken at their word.
async fn ready(io: Io, Data((id, order)): Data<(u64, Order)>) -> Result<Ack, Fault> {
    if is_name(&order.name) {
        let inbox = io.queue(&inbox_of(&order.name));
        inbox.once(&format!("order {id}")).push(format!("Your {} is ready.", order.dish.0)).await?;
    }
    Ok(Ack(()))
}

fn inbox_of(name: &str) -> String {
    format!("inbox:{}", name.to_lowercase())
}

/// It is checked, because it becomes the name of a queue, which is an object.
fn is_name(text: &str) -> bool {
    (1..=20).contains(&text.chars().count()) && text.chars().all(char::is_alphanumeric)
}

// The Durable Object classes that wrangler.toml names.
parlor_worker::durable_objects! { app; Gateway, Room, Queue }

#[event(start)]
fn start() {
    parlor_worker::report_panics();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> worker::Result<Response> {
    parlor_worker::serve(app, request, &env).await // what is not Socket.IO comes from public/
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use parlor_worker::parlor::{Incoming, TestClient, TestServer};
    use serde_json::{Value, json};

    fn server() -> TestServer {
        TestServer::new(|| super::app().gateways_per_location(2))
    }

    fn arrive(server: &mut TestServer, name: &str) -> TestClient {
        server.connect("/", &json!({ "name": name }))
    }

    /// What is to be acknowledged next: its number, its event and its argument.
    fn due(client: &TestClient) -> Option<(u64, String, Value)> {
        match client.next()? {
            Incoming::Question(number, event, mut args, _) => Some((number, event, args.get_mut(0)?.take())),
            _ => None,
        }
    }

    #[test]
    fn an_order_is_cooked_and_its_guest_told_though_away() {
        let mut server = server();
        let (ann, cook) = (arrive(&mut server, "Ann"), arrive(&mut server, "Cook"));
        assert_eq!(ann.ask("order", "soup"), Some(json!([])));
        assert_eq!(ann.ask("order", "cake"), Some(json!([])));
        ann.hang_up();
        cook.ask("cook", true);
        for (id, dish) in [(1, "soup"), (2, "cake")] {
            server.hibernate();
            let (number, event, job) = due(&cook).unwrap();
            let order = json!({ "name": "Ann", "dish": dish });
            assert_eq!((event.as_str(), job), ("job", json!({ "id": id, "data": order, "attempt": 1 })));
            assert_eq!(due(&cook), None, "one at a time");
            for _ in 0..2 {
                assert_eq!(cook.ask("ready", (id, &order)), Some(json!([])));
            }
            cook.acknowledge(number, ());
        }
        let ann = arrive(&mut server, "ann");
        for dish in ["soup", "cake"] {
            let (number, event, mail) = due(&ann).unwrap();
            let text = format!("Your {dish} is ready.");
            assert_eq!((event.as_str(), mail.get("data")), ("mail", Some(&json!(text))));
            assert_eq!(due(&ann), None, "the next comes when this one was seen");
            ann.acknowledge(number, ());
        }
        assert_eq!(due(&ann), None);
    }

    #[test]
    fn a_dish_is_short_whoever_says_it() {
        let mut server = server();
        let (ann, long) = (arrive(&mut server, "Ann"), "x".repeat(101));
        for answer in [
            ann.ask("order", &long),
            ann.ask("order", ""),
            ann.ask("ready", (1, json!({ "name": "Ann", "dish": long }))),
        ] {
            assert_eq!(answer.unwrap()[0]["error"], "bad payload");
        }
        assert_eq!(due(&ann), None);
    }

    #[test]
    fn an_order_goes_to_another_cook_when_its_own_goes_or_forgets_it() {
        let mut server = server();
        let cooks = ["Bob", "Cid", "Dan"].map(|name| arrive(&mut server, name));
        cooks[0].ask("order", "soup");
        cooks[0].ask("cook", true);
        assert!(due(&cooks[0]).is_some());
        cooks[1].ask("cook", true);
        cooks[0].hang_up();
        assert_eq!(due(&cooks[1]).unwrap().2["attempt"], json!(2));
        cooks[2].ask("cook", true);
        server.advance(Duration::from_secs(300));
        assert_eq!(due(&cooks[2]).unwrap().2["attempt"], json!(3));
    }
}
