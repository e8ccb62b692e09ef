//! Settings that a deployment may change without a new build: plain text variables of the Worker, named as the options
//! of Socket.IO's server. What is no value for its setting is said in the log, and the default is used.

use parlor::{App, Cookie, Cors, Origins, Parser};
use worker::Env;

/// How new connections are spread over the Gateways of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placement {
    /// A returning client gets the same one.
    ByClient,
    /// One after the other, wherever the client is; for tests.
    RoundRobin,
}

/// The application with the deployment's settings.
pub(crate) fn apply(env: &Env, mut app: App) -> App {
    let vars = Vars(env);
    let config = app.config_mut();
    vars.number("PARLOR_PING_INTERVAL", |interval| config.engine.ping_interval = interval);
    vars.number("PARLOR_PING_TIMEOUT", |timeout| config.engine.ping_timeout = timeout);
    vars.number("PARLOR_CONNECT_TIMEOUT", |timeout| config.connect_timeout = timeout);
    vars.number("PARLOR_UPGRADE_TIMEOUT", |timeout| config.engine.upgrade_timeout = timeout);
    vars.number("PARLOR_MAX_HTTP_BUFFER_SIZE", |bytes| {
        config.engine.max_payload = usize::try_from(bytes).unwrap_or(usize::MAX);
    });
    vars.number("PARLOR_GATEWAYS", |shards| {
        config.gateways.shards = u32::try_from(shards).unwrap_or(u32::MAX);
    });
    vars.flag("PARLOR_ALLOW_UPGRADES", |allowed| config.engine.allow_upgrades = allowed);
    vars.flag("PARLOR_ALLOW_EIO3", |allowed| config.engine.allow_eio3 = allowed);
    vars.flag("PARLOR_CHECK_ORIGIN", |checked| config.check_origin = checked);
    vars.flag("PARLOR_HTTP_COMPRESSION", |compressed| {
        config.engine.http_compression = config.engine.http_compression.filter(|_| compressed);
    });
    if let Some(name) = vars.text("PARLOR_COOKIE") {
        config.engine.cookie = Some(Cookie { name, ..Cookie::default() });
    }
    if let Some(names) = vars.text("PARLOR_TRANSPORTS") {
        let has = |transport| names.split(',').any(|name| name.trim() == transport);
        (config.engine.polling, config.engine.websocket) = (has("polling"), has("websocket"));
    }
    if let Some(origins) = vars.text("PARLOR_CORS_ORIGIN") {
        let origins = match origins.as_str() {
            "*" => Origins::Any,
            "true" => Origins::Each,
            one if !one.contains(',') => Origins::One(one.to_owned()),
            list => Origins::List(list.split(',').map(|one| one.trim().to_owned()).collect()),
        };
        let cors = config.engine.cors.get_or_insert_with(Cors::default);
        cors.origins = origins;
        vars.flag("PARLOR_CORS_CREDENTIALS", |credentials| cors.credentials = credentials);
    }
    match vars.text("PARLOR_PARSER").as_deref() {
        None => {}
        Some("default") => config.parser = Parser::Json,
        Some("msgpack") => config.parser = Parser::MsgPack,
        Some(other) => complain("PARLOR_PARSER", other, "default or msgpack"),
    }
    app
}

pub(crate) fn placement(env: &Env) -> Placement {
    match Vars(env).text("PARLOR_PLACEMENT").as_deref() {
        Some("round-robin") => Placement::RoundRobin,
        _ => Placement::ByClient,
    }
}

struct Vars<'a>(&'a Env);

impl Vars<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.0.var(name).ok().map(|value| value.to_string()).filter(|value| !value.is_empty())
    }

    fn number(&self, name: &str, set: impl FnOnce(u64)) {
        let Some(text) = self.text(name) else { return };
        match text.parse() {
            Ok(number) if number > 0 => set(number),
            _ => complain(name, &text, "a whole number above 0"),
        }
    }

    fn flag(&self, name: &str, set: impl FnOnce(bool)) {
        match self.text(name).as_deref() {
            None => {}
            Some("true") => set(true),
            Some("false") => set(false),
            Some(other) => complain(name, other, "true or false"),
        }
    }
}

fn complain(name: &str, text: &str, wanted: &str) {
    worker::console_error!("{name} is {text:?}, not {wanted}; the default is used");
}
