//! The settings of a server: their defaults, their names as variables of a deployment, and which of them make no sense.

use engine_io::{Cookie, Cors, Millis, Origins};
use socket_io::Parser;

use crate::{
    limits::{Limits, Rate},
    logging::Level,
    names::Gateways,
    vars::{SECRET_MIN, Secret},
};

/// The settings of a server. What Socket.IO has too is called as there, by the name in brackets, and has Node's default.
/// Times are in milliseconds.
///
/// Set them in code, by [`App::configure`](crate::App::configure), or for one deployment by the variables that
/// [`read`](Self::read) takes.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the paths of the Socket.IO endpoint begin (`path`): `/socket.io/`. Without the last slash requests without it
    /// are taken too (`addTrailingSlash: false`).
    pub path: String,
    /// How packets are written (`parser`): as JSON. Clients have to use the same.
    pub parser: Parser,
    /// Whether the client's files are served beside it, such as `/socket.io/socket.io.js` (`serveClient`): yes. They are
    /// static assets, which cost a call of the Worker and wake no object.
    pub serve_client: bool,
    /// Whether a request is refused when its `Origin` is neither this host nor one that [`Cors`] allows: yes. Browsers
    /// keep pages of other origins out of polling, but let them open a WebSocket, cookies included. Node has no such
    /// check. What names no origin is no page, and passes.
    pub check_origin: bool,
    /// Heartbeat, limits, transports: the options of Engine.IO.
    pub engine: engine_io::Config,
    /// How long a client may stay without entering a namespace (`connectTimeout`): 45,000.
    pub connect_timeout: Millis,
    /// Whether a client that lost its connection may come back as the same socket, with the same id, rooms and data, and
    /// hear what it missed (`connectionStateRecovery`): no, as on Node. With it each broadcast, and each event to a
    /// socket, is a row that its Gateway writes, and later removes.
    pub connection_state_recovery: Option<Recovery>,
    /// Which Gateways exist: one in each location. More of them spread the work of a crowded place; each is an object, and
    /// each with members in a room is one more request for a broadcast to it.
    pub gateways: Gateways,
    /// How many connections a Gateway holds at most: 30,000, a little less than the platform lets an object have. Where one
    /// is full the next of its location takes what comes.
    pub gateway_connections: usize,
    /// How much one address, one connection and one socket may do.
    pub limits: Limits,
    /// How new connections are spread over the Gateways: by client.
    pub placement: Placement,
    /// The jurisdiction that all objects run in and store in, `eu`, `us` or `fedramp`: none. In another one the same names are
    /// other objects, so a change of it begins with nothing.
    pub jurisdiction: Option<String>,
    /// Which lines are logged: those of [`Level::Info`] and what matters more.
    pub log_level: Level,
    /// Whether counters are told: kept by Gateways while they sleep, and collected from Rooms and Queues. The shell sets it
    /// where there is somebody to tell.
    pub metrics: bool,
    /// What whoever asks for `/metrics` has to say, of 16 bytes or more: nothing, and then nobody is told.
    pub metrics_token: Option<Secret>,
}

/// How clients may come back as the same sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// For how long after its connection was lost (`maxDisconnectionDuration`): 120,000.
    pub max_disconnection_duration: Millis,
    /// How many events each Gateway keeps for that at most: 10,000. With more of them, those who missed the oldest come
    /// back as somebody new.
    pub log_entries: u64,
    /// The same in bytes: 64 MB.
    pub log_bytes: u64,
}

impl Default for Recovery {
    fn default() -> Self {
        Self { max_disconnection_duration: 120_000, log_entries: 10_000, log_bytes: 64 << 20 }
    }
}

/// How new connections are spread over the Gateways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Placement {
    /// A client gets one near to it, and when it comes back the same.
    #[default]
    ByClient,
    /// One after the other, wherever the client is; for tests.
    RoundRobin,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: "/socket.io/".into(),
            parser: Parser::Json,
            serve_client: true,
            check_origin: true,
            engine: engine_io::Config::default(),
            connect_timeout: 45_000,
            connection_state_recovery: None,
            gateways: Gateways { shards: 1 },
            gateway_connections: 30_000,
            limits: Limits::default(),
            placement: Placement::ByClient,
            jurisdiction: None,
            log_level: Level::default(),
            metrics: false,
            metrics_token: None,
        }
    }
}

/// What the names of variables begin with.
const PREFIX: &str = "PARLOR_";
/// The client adds interval and timeout for a timer of its own, and JavaScript's timers can't be set for longer.
const TIMER_MAX: Millis = 0x7FFF_FFFF;
/// The jurisdictions that objects can be kept in.
const JURISDICTIONS: [&str; 3] = ["eu", "us", "fedramp"];
/// The longest message that a Worker's WebSocket takes.
const MESSAGE_MAX: usize = 32 << 20;

/// Changes the setting, or gives `None` if the text is no value for it.
type Set = fn(&mut Config, &str) -> Option<()>;

const TIME: &str = "a whole number of milliseconds above 0";
const FLAG: &str = "true or false";
const COUNT: &str = "a whole number above 0";
const COUNT_OR_NONE: &str = "a whole number above 0, or none";
const RATE: &str = "so many in so many seconds, as 300/60, or none";

/// A variable's name, what it may be, and what it changes.
const VARIABLES: [(&str, &str, Set); 27] = [
    ("PING_INTERVAL", TIME, |config, text| set(&mut config.engine.ping_interval, number(text))),
    ("PING_TIMEOUT", TIME, |config, text| set(&mut config.engine.ping_timeout, number(text))),
    ("CONNECT_TIMEOUT", TIME, |config, text| set(&mut config.connect_timeout, number(text))),
    ("UPGRADE_TIMEOUT", TIME, |config, text| set(&mut config.engine.upgrade_timeout, number(text))),
    ("MAX_HTTP_BUFFER_SIZE", "a whole number of bytes above 0", |config, text| {
        set(&mut config.engine.max_payload, number(text).and_then(|bytes| usize::try_from(bytes).ok()))
    }),
    ("TRANSPORTS", "polling, websocket, or both with a comma between them", |config, text| {
        let names: Vec<&str> = text.split(',').map(str::trim).collect();
        if !names.iter().all(|name| ["polling", "websocket"].contains(name)) {
            return None;
        }
        config.engine.polling = names.contains(&"polling");
        config.engine.websocket = names.contains(&"websocket");
        Some(())
    }),
    ("ALLOW_UPGRADES", FLAG, |config, text| set(&mut config.engine.allow_upgrades, flag(text))),
    ("ALLOW_EIO3", FLAG, |config, text| set(&mut config.engine.allow_eio3, flag(text))),
    ("PARSER", "default or msgpack", |config, text| {
        let parser = match text {
            "default" => Some(Parser::Json),
            "msgpack" => Some(Parser::MsgPack),
            _ => None,
        };
        set(&mut config.parser, parser)
    }),
    ("CORS_ORIGIN", "*, true, or origins with commas between them", |config, text| {
        let origins = match text {
            "*" => Origins::Any,
            "true" => Origins::Each,
            one if !one.contains(',') => Origins::One(one.to_owned()),
            list => Origins::List(list.split(',').map(|one| one.trim().to_owned()).collect()),
        };
        config.engine.cors.get_or_insert_with(Cors::default).origins = origins;
        Some(())
    }),
    ("CORS_CREDENTIALS", "true or false, where origins are allowed", |config, text| {
        set(&mut config.engine.cors.as_mut()?.credentials, flag(text))
    }),
    ("CHECK_ORIGIN", FLAG, |config, text| set(&mut config.check_origin, flag(text))),
    ("COOKIE", "the name of a cookie", |config, text| {
        config.engine.cookie.get_or_insert_with(Cookie::default).name = text.to_owned();
        Some(())
    }),
    ("HTTP_COMPRESSION", FLAG, |config, text| {
        let threshold = config.engine.http_compression.or(engine_io::Config::default().http_compression);
        set(
            &mut config.engine.http_compression,
            flag(text).map(|compressed| threshold.filter(|_| compressed)),
        )
    }),
    ("MAX_DISCONNECTION_DURATION", TIME, |config, text| {
        let max_disconnection_duration = number(text)?;
        let recovery = config.connection_state_recovery.unwrap_or_default();
        config.connection_state_recovery = Some(Recovery { max_disconnection_duration, ..recovery });
        Some(())
    }),
    ("GATEWAYS", "a whole number above 0", |config, text| {
        set(&mut config.gateways.shards, number(text).and_then(|shards| u32::try_from(shards).ok()))
    }),
    ("GATEWAY_CONNECTIONS", COUNT, |config, text| set(&mut config.gateway_connections, count(text))),
    ("CONNECTIONS_PER_ADDRESS", COUNT_OR_NONE, |config, text| {
        set(&mut config.limits.connections_per_address, or_none(text, count))
    }),
    ("HANDSHAKES_PER_ADDRESS", RATE, |config, text| {
        set(&mut config.limits.handshakes_per_address, or_none(text, rate))
    }),
    ("MESSAGES_PER_ADDRESS", RATE, |config, text| {
        set(&mut config.limits.messages_per_address, or_none(text, rate))
    }),
    ("MESSAGES_PER_CONNECTION", RATE, |config, text| {
        set(&mut config.limits.messages_per_connection, or_none(text, rate))
    }),
    ("NAMESPACES_PER_CONNECTION", COUNT, |config, text| {
        set(&mut config.limits.namespaces_per_connection, count(text))
    }),
    ("ROOMS_PER_SOCKET", COUNT, |config, text| set(&mut config.limits.rooms_per_socket, count(text))),
    ("PLACEMENT", "by-client or round-robin", |config, text| {
        let placement = match text {
            "by-client" => Some(Placement::ByClient),
            "round-robin" => Some(Placement::RoundRobin),
            _ => None,
        };
        set(&mut config.placement, placement)
    }),
    // Taken as it is: with a wrong one objects reach nobody, rather than somebody outside.
    ("JURISDICTION", "eu, us or fedramp", |config, text| {
        config.jurisdiction = Some(text.to_owned());
        Some(())
    }),
    ("LOG_LEVEL", "error, warn, info or debug", |config, text| {
        set(&mut config.log_level, Level::named(text))
    }),
    ("METRICS_TOKEN", "a secret", |config, text| {
        config.metrics_token = Some(text.into());
        Some(())
    }),
];

fn set<T>(setting: &mut T, value: Option<T>) -> Option<()> {
    *setting = value?;
    Some(())
}

fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number| *number > 0)
}

fn count(text: &str) -> Option<usize> {
    number(text).and_then(|most| usize::try_from(most).ok())
}

/// So many in so many seconds.
fn rate(text: &str) -> Option<Rate> {
    let (amount, seconds) = text.split_once('/')?;
    let (amount, seconds) = (number(amount)?, number(seconds)?);
    Some(Rate::new(u32::try_from(amount).ok()?, seconds.checked_mul(1000)?))
}

fn or_none<T>(text: &str, value: fn(&str) -> Option<T>) -> Option<Option<T>> {
    if text == "none" { Some(None) } else { value(text).map(Some) }
}

fn flag(text: &str) -> Option<bool> {
    text.parse().ok()
}

impl Config {
    /// Takes the variables of a deployment, by name and value. They are called as Node's options, written as variables
    /// are: `maxHttpBufferSize` is `PARLOR_MAX_HTTP_BUFFER_SIZE`. An empty one is none; those of other names are not
    /// looked at. Gives what is wrong, in words, without the values: one may be a secret that belongs elsewhere.
    ///
    /// ```
    /// let mut config = parlor::Config::default();
    /// assert!(config.read(|name| (name == "PARLOR_PING_INTERVAL").then(|| "60000".into())).is_empty());
    /// assert_eq!(config.engine.ping_interval, 60_000);
    /// let wrong = config.read(|name| (name == "PARLOR_ALLOW_EIO3").then(|| "yes".into()));
    /// assert_eq!(wrong, ["PARLOR_ALLOW_EIO3 is not true or false"]);
    /// ```
    #[must_use]
    pub fn read(&mut self, variable: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let wrong = VARIABLES.iter().filter_map(|(name, wanted, set)| {
            let name = format!("{PREFIX}{name}");
            let text = variable(&name).filter(|text| !text.is_empty())?;
            match set(self, &text) {
                Some(()) => None,
                None => Some([&name, " is not ", wanted].concat()),
            }
        });
        wrong.collect()
    }

    /// What of it no server can be run with, in words.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let (engine, limits) = (&self.engine, &self.limits);
        let is_cookie = |cookie: &Cookie| {
            !cookie.name.is_empty()
                && !cookie.name.contains(|c: char| c.is_whitespace() || "=;,\"".contains(c))
        };
        let checks = [
            (self.path.starts_with('/'), "path: it begins with a slash"),
            (engine.ping_interval > 0, "ping_interval: it is more than 0 ms"),
            (engine.ping_timeout > 0, "ping_timeout: it is more than 0 ms"),
            (
                engine.ping_interval.saturating_add(engine.ping_timeout) <= TIMER_MAX,
                "ping_interval and ping_timeout: together they are 2147483647 ms at most, or clients give up at once",
            ),
            (engine.upgrade_timeout > 0, "upgrade_timeout: it is more than 0 ms"),
            (
                self.metrics_token.as_ref().is_none_or(|token| token.reveal().len() >= SECRET_MIN),
                "metrics_token: it is too short for a secret, it has at least 16 characters",
            ),
            (self.connect_timeout > 0, "connect_timeout: it is more than 0 ms"),
            (
                (1..=MESSAGE_MAX).contains(&engine.max_payload),
                "max_payload: it is 1 byte to 33554432, the longest message of a Worker's WebSocket",
            ),
            (engine.polling || engine.websocket, "transports: at least one is served"),
            (
                engine.cookie.as_ref().is_none_or(is_cookie),
                "cookie: its name is without spaces, commas, quotes, = and ;",
            ),
            (
                self.connection_state_recovery
                    .is_none_or(|recovery| (1..=TIMER_MAX).contains(&recovery.max_disconnection_duration)),
                "max_disconnection_duration: it is 1 to 2147483647 ms",
            ),
            (self.gateway_connections > 0, "gateway_connections: there is at least one"),
            (self.gateways.shards > 0, "gateways: there is at least one"),
            (
                [limits.handshakes_per_address, limits.messages_per_address, limits.messages_per_connection]
                    .into_iter()
                    .flatten()
                    .all(|rate| rate.amount > 0 && rate.per > 0),
                "limits: a rate is at least one in more than 0 ms",
            ),
            (
                self.jurisdiction.as_ref().is_none_or(|name| JURISDICTIONS.contains(&name.as_str())),
                "jurisdiction: it is eu, us or fedramp",
            ),
        ];
        checks.iter().filter(|(fine, _)| !fine).map(|(_, words)| (*words).to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> (Config, Vec<String>) {
        let mut config = Config::default();
        let wrong = config.read(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
        });
        (config, wrong)
    }

    #[test]
    fn every_variable_takes_its_values_and_no_others() {
        for (name, good, bad) in [
            ("PING_INTERVAL", "10000", &["0", "-1", "1.5", "soon", "99999999999999999999"][..]),
            ("PING_TIMEOUT", "1", &["0"]),
            ("CONNECT_TIMEOUT", "1", &["0"]),
            ("UPGRADE_TIMEOUT", "1", &["1s"]),
            ("MAX_HTTP_BUFFER_SIZE", "100", &["0", "1MB"]),
            ("TRANSPORTS", "websocket, polling", &["webtransport", "polling websocket", ","]),
            ("ALLOW_UPGRADES", "false", &["no", "True"]),
            ("ALLOW_EIO3", "true", &["1"]),
            ("PARSER", "msgpack", &["json"]),
            ("CORS_ORIGIN", "https://a.example, https://b.example", &[]),
            ("CORS_CREDENTIALS", "", &["true"]), // without an origin
            ("CHECK_ORIGIN", "false", &["on"]),
            ("COOKIE", "io", &[]),
            ("HTTP_COMPRESSION", "false", &["gzip"]),
            ("MAX_DISCONNECTION_DURATION", "60000", &["0", "2min"]),
            ("GATEWAYS", "8", &["0", "4294967296"]),
            ("GATEWAY_CONNECTIONS", "8", &["0", "many"]),
            ("CONNECTIONS_PER_ADDRESS", "8", &["0", "many"]),
            ("HANDSHAKES_PER_ADDRESS", "300/60", &["300", "0/60", "300/0", "300/minute", "9999999999/1"]),
            ("MESSAGES_PER_ADDRESS", "none", &["never"]),
            ("MESSAGES_PER_CONNECTION", "1/1", &["/", "1/-1", "1/99999999999999999999"]),
            ("NAMESPACES_PER_CONNECTION", "1", &["0", "none"]),
            ("ROOMS_PER_SOCKET", "1", &["0", "none"]),
            ("PLACEMENT", "round-robin", &["random"]),
            ("JURISDICTION", "eu", &[]), // see below
            ("LOG_LEVEL", "debug", &["DEBUG", "verbose"]),
            ("METRICS_TOKEN", "a token", &[]),
        ] {
            let name = format!("PARLOR_{name}");
            assert_eq!(read(&[(&name, good)]).1, [""; 0], "{name}");
            for text in bad {
                let (config, wrong) = read(&[(&name, text)]);
                assert!(
                    matches!(wrong.as_slice(), [words] if words.contains(&name)),
                    "{name}={text}: {wrong:?}"
                );
                let secret = read(&[(&name, "hunter2-in-the-wrong-place")]).1;
                assert!(!secret.concat().contains("hunter2"), "{name}: {secret:?}");
                let unchanged = format!("{:?}", Config::default());
                assert_eq!(format!("{config:?}"), unchanged, "{name}={text}");
            }
        }
        assert_eq!(VARIABLES.len(), 27, "as many as in the list above");
    }

    #[test]
    fn variables_change_what_they_are_named_after() {
        let (config, wrong) = read(&[
            ("PARLOR_TRANSPORTS", "websocket"),
            ("PARLOR_CORS_ORIGIN", "https://a.example, https://b.example"),
            ("PARLOR_CORS_CREDENTIALS", "true"),
            ("PARLOR_COOKIE", "sid"),
            ("PARLOR_GATEWAYS", ""),
            ("PARLOR_SECRET", "not a setting"),
        ]);
        assert!(wrong.is_empty());
        assert_eq!(
            (config.engine.polling, config.engine.websocket, config.gateways.shards),
            (false, true, 1)
        );
        let origins = ["https://a.example", "https://b.example"].map(str::to_owned).to_vec();
        let cors = Cors { origins: Origins::List(origins), credentials: true, ..Cors::default() };
        assert_eq!(config.engine.cors, Some(cors));
        let (config, _) =
            read(&[("PARLOR_HANDSHAKES_PER_ADDRESS", "300/60"), ("PARLOR_CONNECTIONS_PER_ADDRESS", "8")]);
        let wanted = Limits {
            handshakes_per_address: Some(Rate::new(300, 60_000)),
            connections_per_address: Some(8),
            ..Limits::default()
        };
        assert_eq!(config.limits, wanted);
        let mut limited = config;
        let none = |name: &str| (name == "PARLOR_HANDSHAKES_PER_ADDRESS").then(|| "none".to_owned());
        assert_eq!(limited.read(none), [""; 0]);
        assert_eq!(limited.limits, Limits { handshakes_per_address: None, ..wanted });
    }

    #[test]
    fn the_cookie_has_the_name_that_it_is_given() {
        let (config, _) = read(&[("PARLOR_COOKIE", "sid")]);
        assert_eq!(config.engine.cookie.map(|cookie| cookie.name), Some("sid".to_owned()));
    }

    #[test]
    fn a_jurisdiction_is_one_of_those_that_there_are_and_a_wrong_one_is_not_none() {
        for (text, is_fine) in
            [("", true), ("eu", true), ("us", true), ("fedramp", true), ("EU", false), ("moon", false)]
        {
            let (config, wrong) = read(&[("PARLOR_JURISDICTION", text)]);
            assert_eq!(wrong, [""; 0]);
            assert_eq!(config.jurisdiction.as_deref(), Some(text).filter(|text| !text.is_empty()));
            assert_eq!(config.problems().is_empty(), is_fine, "{text}");
        }
    }

    #[test]
    fn what_no_server_can_be_run_with_is_said() {
        assert_eq!(Config::default().problems(), [""; 0]);
        type Change = fn(&mut Config);
        let changes: [(Change, &str); 15] = [
            (|config| config.path = "socket.io/".into(), "path"),
            (|config| config.engine.ping_interval = 0, "ping_interval"),
            (|config| config.engine.ping_timeout = 0, "ping_timeout"),
            (|config| config.engine.ping_interval = Millis::MAX, "ping_interval and"),
            (|config| config.engine.upgrade_timeout = 0, "upgrade_timeout"),
            (|config| config.connect_timeout = 0, "connect_timeout"),
            (|config| config.engine.max_payload = 0, "max_payload"),
            (|config| config.engine.max_payload = (32 << 20) + 1, "max_payload"),
            (|config| (config.engine.polling, config.engine.websocket) = (false, false), "transports"),
            (
                |config| config.engine.cookie = Some(Cookie { name: "a b".into(), ..Cookie::default() }),
                "cookie",
            ),
            (
                |config| {
                    let max_disconnection_duration = Millis::MAX;
                    config.connection_state_recovery =
                        Some(Recovery { max_disconnection_duration, ..Recovery::default() });
                },
                "max_disconnection_duration",
            ),
            (|config| config.gateways.shards = 0, "gateways"),
            (|config| config.gateway_connections = 0, "gateway_connections"),
            (|config| config.jurisdiction = Some("EU".into()), "jurisdiction"),
            (|config| config.metrics_token = Some("fifteen letters".into()), "metrics_token"),
        ];
        for (change, words) in changes {
            let mut config = Config::default();
            change(&mut config);
            let problems = config.problems();
            assert!(matches!(problems.as_slice(), [one] if one.starts_with(words)), "{problems:?}");
        }
    }
}
