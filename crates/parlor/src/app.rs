//! The application: its namespaces and its settings.

use std::{any::Any, cell::OnceCell, rc::Rc, time::Duration};

use engine_io::{Message, Millis};
use litemap::LiteMap;
use serde::{Serialize, de::DeserializeOwned};
use socket_io::Parser;

use crate::{
    answer::Fault,
    call::{Call, Handshake, Running, Scope},
    config::Config,
    handler::failed,
    instrument::{Admin, Instrument},
    namespace::{Handlers, Namespace},
    pattern::{self, Params},
    queue::QueueConfig,
    vars::Vars,
};

/// Answers each message of a bare Engine.IO client.
pub type EngineHandler = Rc<dyn Fn(Message) -> Vec<Message>>;

/// Says whether a client may open a connection; the error is told to it.
pub type RequestGuard = Rc<dyn Fn(&Handshake) -> Result<(), String>>;

/// What [`App::state`] was given.
pub(crate) type States = Rc<Vec<Rc<dyn Any>>>;

/// Namespaces whose names are as a pattern says.
struct Dynamic {
    pattern: String,
    check: Box<dyn Fn(&Params) -> bool>,
    handlers: Handlers,
}

/// A whole Socket.IO application. It is built anew whenever a sleeping object wakes, so building it must be
/// cheap and must give the same again.
///
/// ```
/// use parlor::prelude::*;
///
/// pub fn app() -> App {
///     App::new().namespace("/", Namespace::open())
/// }
/// ```
#[derive(Default)]
pub struct App {
    config: Config,
    namespaces: LiteMap<String, Handlers>,
    dynamic: Vec<Dynamic>,
    engine: Option<(String, EngineHandler)>,
    allow_request: Option<RequestGuard>,
    states: States,
    pub(crate) vars: Vars,
    queues: Vec<(String, QueueConfig)>,
    lacks_queues: bool,
    pub(crate) instrument: Option<Instrument>,
    pub(crate) admin: OnceCell<Option<Admin>>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let namespaces: Vec<_> = self.namespaces.keys().collect();
        f.debug_struct("App")
            .field("config", &self.config)
            .field("namespaces", &namespaces)
            .finish_non_exhaustive()
    }
}

impl App {
    /// An application without namespaces.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a namespace. Its name begins with a slash; one is put in front where it is missing.
    #[must_use]
    pub fn namespace<S: Serialize + DeserializeOwned + 'static>(
        mut self,
        name: &str,
        namespace: Namespace<S>,
    ) -> Self {
        self.namespaces.insert(with_slash(name), namespace.into_handlers());
        self
    }

    /// Adds namespaces whose names are as `pattern` says and for which `check` is true: `"/org-{id}"` is `/org-1`,
    /// `/org-2`, and so on, each with rooms of its own. A namespace that was added by its name comes first, then the
    /// patterns in their order. Handlers take [`Params`]. Check what the placeholders stand for: strangers choose it, and
    /// each namespace that somebody is in costs an object.
    #[must_use]
    pub fn dynamic<S: Serialize + DeserializeOwned + 'static>(
        mut self,
        pattern: &str,
        check: impl Fn(&Params) -> bool + 'static,
        namespace: Namespace<S>,
    ) -> Self {
        let (pattern, check) = (with_slash(pattern), Box::new(check));
        self.dynamic.push(Dynamic { pattern, check, handlers: namespace.into_handlers() });
        self
    }

    /// Serves bare Engine.IO at another path (with slashes at both ends): each message is answered by those
    /// that `handler` gives.
    #[must_use]
    pub fn engine(mut self, path: &str, handler: impl Fn(Message) -> Vec<Message> + 'static) -> Self {
        self.engine = Some((path.to_owned(), Rc::new(handler)));
        self
    }

    /// Decides whether a client may open a connection, before any object is woken (Node's `allowRequest`). It sees all
    /// headers of the request; handlers later see [some](Handshake::headers). The error is what the client is told, with
    /// status 403 and code 4; an empty one becomes `Forbidden`.
    ///
    /// ```
    /// use parlor::prelude::*;
    /// let app = App::new().allow_request(|handshake| match handshake.header("x-api-key") {
    ///     Some("secret") => Ok(()),
    ///     _ => Err("an API key is needed".into()),
    /// });
    /// ```
    #[must_use]
    pub fn allow_request(mut self, guard: impl Fn(&Handshake) -> Result<(), String> + 'static) -> Self {
        self.allow_request = Some(Rc::new(guard));
        self
    }

    /// Whether a page of this origin may talk to the server, which was asked for by that host: see
    /// [`Config::check_origin`].
    #[must_use]
    pub fn allows_origin(&self, origin: &str, host: Option<&str>) -> bool {
        let own = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        !self.config.check_origin
            || own.zip(host).is_some_and(|(own, host)| own.eq_ignore_ascii_case(host))
            || self.config.engine.cors.as_ref().is_some_and(|cors| cors.allows(origin))
    }

    /// Whether the application lets this client open a connection.
    ///
    /// # Errors
    /// What the client is told instead.
    pub fn allows(&self, handshake: &Handshake) -> Result<(), String> {
        match &self.allow_request {
            Some(guard) => guard(handshake).map_err(|message| match message.is_empty() {
                true => "Forbidden".to_owned(),
                false => message,
            }),
            None => Ok(()),
        }
    }

    /// Gives handlers something of the application's, which they take as [`State<T>`](crate::State): settings, a client
    /// of another service. One of each type; a later one takes the place of an earlier one.
    ///
    /// It is memory of one object, and as lost as all memory when the object sleeps: what has to last does not belong
    /// here.
    ///
    /// ```
    /// use parlor::prelude::*;
    /// struct Greeting(&'static str);
    /// async fn hello(greeting: State<Greeting>) -> Ack<&'static str> {
    ///     Ack(greeting.0)
    /// }
    /// let app = App::new().state(Greeting("welcome")).namespace("/", Namespace::open().on("hello", hello));
    /// ```
    #[must_use]
    pub fn state<T: 'static>(mut self, state: T) -> Self {
        Rc::make_mut(&mut self.states).push(Rc::new(state));
        self
    }

    pub(crate) fn states(&self) -> States {
        self.states.clone()
    }

    /// Settings of a queue by its name, or of all whose names begin so, if a `*` is at the end: `"inbox:*"`, `"*"`. The
    /// first that fits counts; a queue for which none does has those of [`QueueConfig::default`].
    #[must_use]
    pub fn queue(mut self, names: &str, config: QueueConfig) -> Self {
        self.queues.push((names.to_owned(), config));
        self
    }

    pub(crate) fn queue_config(&self, name: &str) -> QueueConfig {
        let known = self.queues.iter().find(|(names, _)| match names.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => names == name,
        });
        known.map(|(_, config)| config.clone()).unwrap_or_default()
    }

    /// Says that the deployment has no queues, so that whoever wants one is told so.
    #[must_use]
    pub fn without_queues(mut self) -> Self {
        self.lacks_queues = true;
        self
    }

    pub(crate) fn lacks_queues(&self) -> bool {
        self.lacks_queues
    }

    /// How packets are written (default: [`Parser::Json`]). Clients have to use the same.
    #[must_use]
    pub fn parser(mut self, parser: Parser) -> Self {
        self.config.parser = parser;
        self
    }

    /// How often clients are pinged (default: 25 s). Below 10 s an object never sleeps while clients are connected; the
    /// longer it is, the less idle connections cost.
    #[must_use]
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.config.engine.ping_interval = millis(interval);
        self
    }

    /// How long a client has for its pong (default: 20 s).
    #[must_use]
    pub fn ping_timeout(mut self, timeout: Duration) -> Self {
        self.config.engine.ping_timeout = millis(timeout);
        self
    }

    /// How many Gateways share the clients of one location (default: 1).
    #[must_use]
    pub fn gateways_per_location(mut self, shards: u32) -> Self {
        self.config.gateways.shards = shards.max(1);
        self
    }

    /// All settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Changes settings.
    ///
    /// ```
    /// use parlor::{Cors, prelude::*};
    /// let app = App::new().configure(|config| {
    ///     config.engine.allow_eio3 = true;
    ///     config.engine.cors = Some(Cors::default());
    /// });
    /// ```
    #[must_use]
    pub fn configure(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// What of the application and its settings no server can be run with, in words.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = self.config.problems();
        let broken = self.dynamic.iter().filter(|dynamic| !pattern::is_well_formed(&dynamic.pattern));
        problems.extend(self.vars.problems());
        problems.extend(self.instrument_problems());
        problems.extend(broken.map(|Dynamic { pattern, .. }| {
            format!("the namespaces {pattern:?}: a placeholder is a name in braces, and between two there is something")
        }));
        let hasty = self.queues.iter().filter(|(_, config)| config.visibility == 0 || config.attempts == 0);
        problems.extend(hasty.map(|(names, _)| {
            format!("the queue {names:?}: visibility is more than 0 ms, and there is at least one attempt")
        }));
        problems
    }

    /// Path and handler of the bare Engine.IO endpoint.
    #[must_use]
    pub fn engine_endpoint(&self) -> Option<(&str, &EngineHandler)> {
        self.engine.as_ref().map(|(path, handler)| (path.as_str(), handler))
    }

    pub(crate) fn handlers(&self, nsp: &str) -> Option<&Handlers> {
        self.find(nsp).map(|(handlers, _)| handlers)
    }

    pub(crate) fn has_namespace(&self, name: &str) -> bool {
        self.namespaces.contains_key(name)
    }

    /// The namespaces that have names of their own, that of admins among them.
    pub(crate) fn namespaces(&self) -> impl Iterator<Item = &str> {
        let admins = self.admin().map(|admin| admin.namespace.as_str());
        self.namespaces.keys().map(String::as_str).chain(admins)
    }

    fn find(&self, nsp: &str) -> Option<(&Handlers, Params)> {
        if let Some(handlers) = self.namespaces.get(nsp) {
            return Some((handlers, Params::default()));
        }
        if let Some(admin) = self.admin().filter(|admin| admin.namespace == nsp) {
            return Some((&admin.handlers, Params::default()));
        }
        self.dynamic.iter().find_map(|dynamic| {
            let params = pattern::matches(&dynamic.pattern, nsp).filter(|params| (dynamic.check)(params))?;
            Some((&dynamic.handlers, params))
        })
    }

    /// Starts the handler of a call. It fails if the namespace is gone (newer code met an older socket).
    #[must_use]
    pub fn start(&self, call: Call) -> Running {
        match self.find(&call.nsp) {
            Some((handlers, params)) => handlers.start(Scope::new(call, self, params)),
            None => {
                let scope = Scope::new(call, self, Params::default());
                Running::new(scope, failed(Fault::internal("the namespace is gone")))
            }
        }
    }
}

pub(crate) fn with_slash(name: &str) -> String {
    if name.starts_with('/') { name.to_owned() } else { format!("/{name}") }
}

pub(crate) fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}
