//! The official Admin UI (`@socket.io/admin-ui`): whether an application is instrumented for it, who may look, and at what.
//! What it is shown is the Gateway's part, in `gateway/watch.rs`; how that is written is in `shown`.

pub(crate) mod shown;

use std::rc::Rc;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use engine_io::Millis;
use hmac_sha256::HMAC;
use serde::{Deserialize, Serialize};

use crate::{
    answer::Refused,
    app::{App, with_slash},
    extract::{Auth, Now},
    names::RoomKey,
    namespace::{Handlers, Namespace},
    socket::Socket,
    vars::Vars,
};

/// The secrets and variables that a deployment may have for it.
const USERNAME: &str = "ADMIN_USERNAME";
const PASSWORD: &str = "ADMIN_PASSWORD";
const MODE: &str = "ADMIN_MODE";
const READONLY: &str = "ADMIN_READONLY";

/// The shortest password, in bytes. Nothing slows down who guesses it, as bcrypt does on Node.
const PASSWORD_MIN: usize = 16;
/// How long a session is good for, ms: a day.
const SESSION: Millis = 24 * 3_600_000;
/// The room of the admins' namespace whose members are all Gateways with connections; no socket needs to be in it.
const GATEWAYS: &str = "gateways";

/// How much the Admin UI is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// All sockets with their data, rooms, and every event as it comes and goes.
    #[default]
    Development,
    /// Numbers alone: connections, packets and bytes of each Gateway, every 2 s.
    Production,
}

/// How the official Admin UI (`@socket.io/admin-ui`) may look at an application, and act on it: the options of Node's
/// `instrument`. See [`App::instrument`].
#[derive(Clone)]
#[must_use]
pub struct Instrument {
    namespace_name: String,
    username: String,
    password: String,
    is_open: bool,
    read_only: bool,
    server_id: Option<String>,
    mode: Mode,
}

/// Without the password.
impl std::fmt::Debug for Instrument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instrument").field("namespace_name", &self.namespace_name).finish_non_exhaustive()
    }
}

impl Default for Instrument {
    fn default() -> Self {
        Self {
            namespace_name: "/admin".to_owned(),
            username: "admin".to_owned(),
            password: String::new(),
            is_open: false,
            read_only: false,
            server_id: None,
            mode: Mode::default(),
        }
    }
}

impl Instrument {
    /// For who has the deployment's secrets `ADMIN_USERNAME` (default: `admin`) and `ADMIN_PASSWORD`. Without a password
    /// there is no instrumentation: nothing is shown to anybody, and nothing is paid for.
    pub fn new() -> Self {
        Self::default()
    }

    /// A user name and password in code, for tests or for a deployment that has no secrets of its own (`auth`). A password
    /// has 16 characters at least.
    pub fn auth(mut self, username: &str, password: &str) -> Self {
        username.clone_into(&mut self.username);
        password.clone_into(&mut self.password);
        self
    }

    /// Lets everyone in, unless the deployment has a password (`auth: false`).
    pub fn without_auth(mut self) -> Self {
        self.is_open = true;
        self
    }

    /// The namespace (`namespaceName`; default: `/admin`).
    pub fn namespace_name(mut self, name: &str) -> Self {
        self.namespace_name = with_slash(name);
        self
    }

    /// Whether admins may only look (`readonly`; default: no). The variable `ADMIN_READONLY` wins over it.
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.read_only = read_only;
        self
    }

    /// What comes before the Gateway's name in the list of servers (`serverId`): `chat` makes `chat#weur-0`.
    pub fn server_id(mut self, id: &str) -> Self {
        self.server_id = Some(id.to_owned());
        self
    }

    /// How much is shown (`mode`; default: [`Mode::Development`], as on Node). The variable `ADMIN_MODE`, `development` or
    /// `production`, wins over it.
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// With the deployment's variables; and what is wrong with them, in words.
    fn with(mut self, vars: &Vars) -> (Self, Vec<String>) {
        let mut wrong = Vec::new();
        let given =
            |name, or: String| Some(vars.get(name)).filter(|var| !var.is_empty()).map_or(or, Into::into);
        self.username = given(USERNAME, self.username);
        self.password = given(PASSWORD, self.password);
        match vars.get(MODE) {
            "" => {}
            "development" => self.mode = Mode::Development,
            "production" => self.mode = Mode::Production,
            _ => wrong.push(format!("{MODE} is not development or production")),
        }
        match vars.get(READONLY) {
            "" => {}
            text => match text.parse() {
                Ok(flag) => self.read_only = flag,
                Err(_) => wrong.push(format!("{READONLY} is not true or false")),
            },
        }
        if (1..PASSWORD_MIN).contains(&self.password.len()) {
            wrong.push(format!(
                "{PASSWORD} is too short: nothing slows down who guesses it, so it has {PASSWORD_MIN} characters at \
                 least, as `openssl rand -base64 24` makes them"
            ));
        }
        (self, wrong)
    }
}

impl App {
    /// Has the official Admin UI (`@socket.io/admin-ui`, <https://admin.socket.io>) look at this application, and act on it:
    /// Node's `instrument(io, …)`. Its namespace is there if the deployment has the secret `ADMIN_PASSWORD`.
    ///
    /// While no admin is connected it costs a request and a row when the first client of a Gateway comes, again when the last
    /// has gone, and nothing for each message. `docs/admin.md` says what it costs while one is.
    ///
    /// ```
    /// use parlor::{Instrument, Mode, prelude::*};
    /// let app = App::new()
    ///     .namespace("/", Namespace::open())
    ///     .instrument(Instrument::new().mode(Mode::Production).read_only(true));
    /// ```
    #[must_use]
    pub fn instrument(mut self, instrument: Instrument) -> Self {
        self.instrument = Some(instrument);
        [USERNAME, PASSWORD, MODE, READONLY].into_iter().fold(self, Self::wants)
    }

    /// What there is for the Admin UI, if anything. The deployment's variables are read by the time this is asked first.
    pub(crate) fn admin(&self) -> Option<&Admin> {
        let instrument = self.instrument.as_ref()?;
        // Whoever is in a namespace of the application's own is no admin by its name.
        let is_free = !self.has_namespace(&instrument.namespace_name);
        let admin = || is_free.then(|| Admin::of(instrument.clone().with(&self.vars).0)).flatten();
        self.admin.get_or_init(admin).as_ref()
    }

    /// What of it can't be, in words.
    pub(crate) fn instrument_problems(&self) -> Vec<String> {
        let Some(instrument) = &self.instrument else { return Vec::new() };
        let (instrument, mut wrong) = instrument.clone().with(&self.vars);
        if self.has_namespace(&instrument.namespace_name) {
            let name = &instrument.namespace_name;
            wrong.push(format!(
                "the application has a namespace {name:?} of its own: name another for the Admin UI"
            ));
        }
        wrong
    }
}

/// What an instrumented application has for the Admin UI.
pub(crate) struct Admin {
    pub(crate) namespace: String,
    pub(crate) mode: Mode,
    pub(crate) read_only: bool,
    pub(crate) server_id: Option<String>,
    pub(crate) handlers: Handlers,
}

impl Admin {
    fn of(instrument: Instrument) -> Option<Self> {
        let Instrument { namespace_name, username, password, is_open, read_only, server_id, mode } =
            instrument;
        if password.is_empty() && !is_open {
            return None;
        }
        let door = Rc::new(Door { username, password, features: features(mode, read_only) });
        let handlers = door.namespace().into_handlers();
        Some(Self { namespace: namespace_name, mode, read_only, server_id, handlers })
    }

    /// The Room that all Gateways with connections are in.
    pub(crate) fn gateways(&self) -> RoomKey {
        RoomKey::room(&self.namespace, GATEWAYS)
    }

    pub(crate) fn asks(&self, key: &RoomKey) -> bool {
        key.nsp == self.namespace && key.room.as_deref() == Some(GATEWAYS)
    }
}

/// What the UI may offer, in Node's words.
fn features(mode: Mode, read_only: bool) -> Vec<&'static str> {
    let commands = ["EMIT", "JOIN", "LEAVE", "DISCONNECT", "MJOIN", "MLEAVE", "MDISCONNECT"];
    let mut features = if read_only { Vec::new() } else { commands.to_vec() };
    features.push("AGGREGATED_EVENTS");
    if mode == Mode::Development {
        features.push("ALL_EVENTS");
    }
    features
}

/// Who is let in, and what they are told.
struct Door {
    username: String,
    /// Empty: everyone is let in.
    password: String,
    features: Vec<&'static str>,
}

/// What the UI says when it connects.
#[derive(Deserialize)]
struct Credentials {
    username: Option<String>,
    password: Option<String>,
    #[serde(rename = "sessionId")]
    session_id: Option<String>,
}

#[derive(Serialize)]
struct Offer<'a> {
    #[serde(rename = "supportedFeatures")]
    supported_features: &'a [&'static str],
}

impl Door {
    fn namespace(self: Rc<Self>) -> Namespace<()> {
        Namespace::new(move |socket: Socket, auth: Option<Auth<Credentials>>, Now(now)| {
            let door = self.clone();
            async move {
                if !door.password.is_empty() {
                    let wrong = || Refused::new("invalid credentials");
                    let Auth(credentials) = auth.ok_or_else(wrong)?;
                    if !credentials.session_id.is_some_and(|session| door.knows(&session, now)) {
                        let (username, password) = (credentials.username, credentials.password);
                        if !door.opens(username.as_deref(), password.as_deref()) {
                            return Err(wrong());
                        }
                        socket.emit("session", door.session(now + SESSION))?;
                    }
                }
                socket.emit("config", Offer { supported_features: &door.features })?;
                Ok(())
            }
        })
    }

    /// Whether these are the right ones. What is compared are their signatures, so that the time it takes tells nothing.
    fn opens(&self, username: Option<&str>, password: Option<&str>) -> bool {
        let same =
            |given: Option<&str>, wanted: &str| self.sign(given.unwrap_or_default()) == self.sign(wanted);
        same(username, &self.username) & same(password, &self.password)
    }

    /// A session: until when it is good, signed by the password. So nothing is stored of it, every Gateway knows it, and it
    /// ends with the password.
    fn session(&self, until: Millis) -> String {
        let signed = self.sign(&format!("session {} {until}", self.username));
        format!("{until}.{}", BASE64_URL_SAFE_NO_PAD.encode(signed))
    }

    fn knows(&self, session: &str, now: Millis) -> bool {
        let until = session.split_once('.').and_then(|(until, _)| until.parse().ok());
        until.is_some_and(|until| now < until && self.sign(session) == self.sign(&self.session(until)))
    }

    fn sign(&self, text: &str) -> [u8; 32] {
        HMAC::mac(text, &self.password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(password: &str) -> Door {
        Door { username: "admin".into(), password: password.into(), features: Vec::new() }
    }

    #[test]
    fn the_door_opens_to_both_words_and_to_neither_alone() {
        let door = door("a long password");
        assert!(door.opens(Some("admin"), Some("a long password")));
        for (username, password) in [
            (None, None),
            (Some("admin"), None),
            (Some("admin"), Some("")),
            (Some("admin"), Some("a long passwor")),
            (Some("Admin"), Some("a long password")),
            (None, Some("a long password")),
        ] {
            assert!(!door.opens(username, password), "{username:?} {password:?}");
        }
    }

    #[test]
    fn a_session_is_good_for_its_time_and_for_its_password() {
        let session = door("one").session(1_000);
        assert!(door("one").knows(&session, 999));
        assert!(!door("one").knows(&session, 1_000));
        assert!(!door("two").knows(&session, 999));
        let longer = session.replacen("1000", "9000", 1);
        for bad in ["", ".", "1000.", "1000", &longer, &format!("0{session}"), &format!("{session} ")] {
            assert!(!door("one").knows(bad, 999), "{bad}");
        }
    }
}
