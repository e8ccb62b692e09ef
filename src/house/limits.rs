//! How much one tab, one person and one address may do in a while, and what they are told when they have done so.
//!
//! What a tab has done is kept with it, through sleep. The rest is memory of the Gateway: enough against those who open many
//! tabs, who keep it awake.

use std::{cell::RefCell, rc::Rc};

use parlor::{Buckets, FromCall, Rate, Scope, network_of};
use parlor_worker::{parlor, prelude::*};

use super::people::{Code, Member};

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Say,
    Join,
    Open,
    Upload,
    Rename,
    Change,
    Search,
    Invite,
}

impl Deed {
    /// So many in so many seconds.
    const fn limit(self) -> (u32, u64) {
        match self {
            Self::Say | Self::Search => (10, 10),
            Self::Join => (60, 10), // somebody who is in many rooms comes back to all of them at once
            Self::Open => (5, 600),
            Self::Upload => (200, 60),
            Self::Rename => (3, 600),
            Self::Change => (30, 10),
            Self::Invite => (20, 600),
        }
    }
}

/// What a socket has done lately: for each deed, since when it is counted, and how often.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Limits([(u64, u32); 8]);

impl Limits {
    /// Counts one more, unless it is too much.
    pub(crate) fn count(&mut self, deed: Deed, now: u64) -> Result<(), Fault> {
        let (most, seconds) = deed.limit();
        let Some((since, done)) = self.0.get_mut(deed as usize) else { return Ok(()) };
        if *done == 0 || now.saturating_sub(*since) >= seconds * 1000 {
            (*since, *done) = (now, 0);
        }
        if *done >= most {
            return Err(Fault::new("slow down", wait_words(*since + seconds * 1000 - now)));
        }
        *done += 1;
        Ok(())
    }
}

/// What is said to who has to wait for so many milliseconds.
fn wait_words(wait: u64) -> String {
    let wait = wait.div_ceil(1000);
    let wait = if wait > 90 { format!("{} minutes", wait.div_ceil(60)) } else { format!("{wait} s") };
    format!("That was a lot at once. Please wait {wait}.")
}

/// What one person may do in all their tabs, by the event: three times what one tab may, where that has a limit.
fn of_person(event: &str) -> (&str, Rate) {
    let (what, deed) = match event {
        "say" => ("say", Deed::Say),
        "search" => ("search", Deed::Search),
        "join" => ("join", Deed::Join),
        "open" => ("open", Deed::Open),
        "upload" => ("upload", Deed::Upload),
        "rename" => ("rename", Deed::Rename),
        "edit" | "remove" | "react" | "topic" => ("change", Deed::Change),
        "invite" | "direct" => ("invite", Deed::Invite),
        "rooms" => return ("rooms", Rate::new(30, 60_000)), // every socket is asked
        _ => return ("", Rate::new(600, 60_000)),
    };
    let (most, seconds) = deed.limit();
    (what, Rate::new(3 * most, seconds * 1000))
}

/// How many people may be new from one address: a whole school comes at once.
const NEWCOMERS: Rate = Rate::new(300, 600_000);
/// How often the moderators' key may be guessed from one address.
const GUESSES: Rate = Rate::new(5, 600_000);

/// How many public rooms may be new by the people of one address: each is an object, and a line in everybody's list for 90 days.
const NEW_ROOMS: Rate = Rate::new(60, 3_600_000);
/// How many parts of files may come from one address: 1 GB. They stay for a year.
const PARTS: Rate = Rate::new(4_000, 3_600_000);

/// What people and addresses have done lately on this Gateway.
#[derive(Debug, Default)]
pub(crate) struct Crowd(RefCell<Buckets>);

impl Crowd {
    /// Counts somebody new, unless there are too many.
    pub(crate) fn newcomer(&self, address: &str, now: u64) -> Result<(), Refused> {
        let key = format!("new {}", network_of(address));
        self.0.borrow_mut().take(&key, NEWCOMERS, now).map_err(slow_down)
    }

    fn take_of_address(&self, what: &str, address: &str, rate: Rate, now: u64) -> Result<(), Fault> {
        match address {
            "" => Ok(()), // it is not known
            _ => self.take(&format!("{what} {}", network_of(address)), rate, now),
        }
    }

    fn take(&self, key: &str, rate: Rate, now: u64) -> Result<(), Fault> {
        let taken = self.0.borrow_mut().take(key, rate, now);
        taken.map_err(|wait| Fault::new("slow down", wait_words(wait)))
    }

    /// Whether the key may be tried from an address.
    pub(crate) fn may_guess(&self, address: &str, now: u64) -> Result<(), Refused> {
        self.0.borrow().left(&guesses(address), GUESSES, now).map_err(slow_down)
    }

    /// Counts a wrong key.
    pub(crate) fn guessed(&self, address: &str, now: u64) {
        _ = self.0.borrow_mut().take(&guesses(address), GUESSES, now);
    }
}

/// The crowd as one address meets it.
#[derive(Debug)]
pub(crate) struct Office {
    crowd: State<Crowd>,
    address: String,
}

impl<S> FromCall<S> for Office {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        let crowd = FromCall::<S>::from_call(scope)?;
        Ok(Self { crowd, address: Handshake::from_call_of::<S>(scope)?.address })
    }
}

#[cfg(test)]
impl parlor::typescript::Argument for Office {}

impl Office {
    /// Counts a public room that is new, unless there are too many.
    pub(crate) fn new_room(&self, now: u64) -> Result<(), Fault> {
        self.take("room", NEW_ROOMS, now)
    }

    /// Counts a public room that a person opens by coming into it, as one that is opened by that name.
    pub(crate) fn opened(&self, person: &str, now: u64) -> Result<(), Fault> {
        let (what, rate) = of_person("open");
        self.crowd.take(&format!("{person} {what}"), rate, now)?;
        self.new_room(now)
    }

    /// Counts a part of a file, unless there are too many.
    pub(crate) fn part(&self, now: u64) -> Result<(), Fault> {
        self.take("part", PARTS, now)
    }

    fn take(&self, what: &str, rate: Rate, now: u64) -> Result<(), Fault> {
        self.crowd.take_of_address(what, &self.address, rate, now)
    }
}

fn guesses(address: &str) -> String {
    format!("key {}", network_of(address))
}

fn slow_down(wait: u64) -> Refused {
    Refused::new(wait_words(wait)).data(&Code { code: "slow down" })
}

/// Counts what a person does, in whichever tab, unless it is too much.
pub(crate) async fn person(
    EventName(event): EventName,
    me: SocketData<Member>,
    crowd: State<Crowd>,
    Now(now): Now,
) -> Result<(), Fault> {
    let (what, rate) = of_person(&event);
    crowd.take(&format!("{} {what}", me.person.id), rate, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_opens_so_many_rooms_and_sends_so_many_files() {
        let crowd = Crowd::default();
        let room = |address: &str| crowd.take_of_address("room", address, NEW_ROOMS, 1_000);
        let part = |address: &str| crowd.take_of_address("part", address, PARTS, 1_000);
        for n in 0..60 {
            assert_eq!(room(&format!("2001:db8::{n}")), Ok(()));
        }
        assert!(room("2001:db8::ffff").is_err());
        assert_eq!(room("2001:db8:0:1::"), Ok(()), "others are counted by themselves");
        for _ in 0..4_000 {
            assert_eq!(part("192.0.2.1"), Ok(()));
            assert_eq!(part(""), Ok(()), "off Cloudflare it is not known who that is");
        }
        assert!(part("192.0.2.1").is_err());
    }

    #[test]
    fn so_many_in_a_while() {
        let mut limits = Limits::default();
        for _ in 0..10 {
            assert_eq!(limits.count(Deed::Say, 1_000), Ok(()));
        }
        let refusal = limits.count(Deed::Say, 3_500).unwrap_err().to_json();
        assert!(refusal.contains("slow down") && refusal.contains("wait 8 s"), "{refusal}");
        assert_eq!(limits.count(Deed::Change, 3_500), Ok(()), "others are counted by themselves");
        assert_eq!(limits.count(Deed::Say, 11_000), Ok(()));
    }
}
