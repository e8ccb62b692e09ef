//! What concerns a person, in whichever room they are: the namespace `/notifications`, and a queue for each person, in
//! which notices wait while they are away.

#[cfg(test)]
mod typescript;

use parlor::Asked;
use parlor_worker::{parlor, prelude::*};

use crate::house::{
    measures,
    people::{Person, known},
    person_room,
    rooms::Card,
};

pub(crate) fn namespace() -> Namespace<Person> {
    Namespace::new(connect).on("quiet", quiet).on_recover(back)
}

/// The settings of every queue of notices.
pub(crate) fn inbox() -> QueueConfig {
    QueueConfig { event: "notice".into(), attempts: 1_000, visibility: 60_000, ..QueueConfig::default() }
}

/// The queue of a person's notices.
pub(crate) fn inbox_of(person: &str) -> String {
    format!("inbox:{person}")
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub(crate) enum NoticeKind {
    Mention,
    Direct,
    Invitation,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Notice {
    pub(crate) kind: NoticeKind,
    /// As the reader sees it.
    pub(crate) room: Card,
    /// The number of the message; 0 of an invitation.
    pub(crate) seq: u64,
    pub(crate) from: Person,
    pub(crate) text: String,
    pub(crate) at: u64,
}

/// Something for everyone, from a moderator.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Announcement<'a> {
    pub(crate) id: String,
    pub(crate) text: &'a str,
    pub(crate) by: &'a Person,
    pub(crate) at: u64,
}

/// Stores a notice for a person; done once for each `id`.
pub(crate) fn tell(io: &Io, person: &Person, notice: &Notice, id: &str) -> Asked<u64> {
    io.queue(&inbox_of(&person.id)).once(id).push(notice)
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
struct Reader {
    token: String,
    /// Notices wait until they are wanted again: as the event `quiet`, from the beginning.
    quiet: Option<bool>,
}

/// Lets in whom the house knows, and gives them what has waited, if they want it.
async fn connect(
    socket: Socket,
    io: Io,
    vars: Vars,
    Auth(Reader { token, quiet }): Auth<Reader>,
) -> Result<Person, Refused> {
    let me = known(&vars, &token)?;
    measures::check(&io, &me.id).await?;
    socket.join(&person_room(&me.id));
    if quiet != Some(true) {
        socket.consume(&inbox_of(&me.id))?;
    }
    Ok(me)
}

/// Somebody is back as the socket that they were: others may have got their notices meanwhile, so they ask for them anew.
async fn back(
    socket: Socket,
    io: Io,
    me: SocketData<Person>,
    auth: Option<Auth<Reader>>,
) -> Result<(), Fault> {
    if measures::check_again(&socket, &io, &me.id).await?.is_none() {
        return Ok(());
    }
    let quiet = auth.and_then(|Auth(Reader { quiet, .. })| quiet);
    if quiet == Some(true) { Ok(()) } else { socket.consume(&inbox_of(&me.id)) }
}

/// Notices wait until they are wanted again.
async fn quiet(socket: Socket, me: SocketData<Person>, Data(quiet): Data<bool>) -> Result<Ack, Fault> {
    let inbox = inbox_of(&me.id);
    match quiet {
        true => socket.stop_consuming(&inbox).await?,
        false => socket.consume(&inbox)?,
    }
    Ok(Ack(()))
}
