//! What is in `Data` and `Ack` has to be known in TypeScript.
use parlor::{prelude::*, typescript::Events};

#[derive(Serialize, Deserialize)]
struct Text(String);

async fn say(_: Data<Text>) {}

async fn said() -> Result<Ack<Text>, Fault> {
    Ok(Ack(Text("hello".into())))
}

fn main() {
    let _ = Events::of(&Namespace::open()).on("say", say).on("said", said);
}
