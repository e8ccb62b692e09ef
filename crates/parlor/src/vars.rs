//! Variables of the deployment that an application asks for, secrets among them.

use std::rc::Rc;

use subtle::ConstantTimeEq;

use crate::{answer::Fault, app::App, call::Scope, extract::FromCall};

#[derive(Clone, Default)]
struct Var {
    name: String,
    /// What it is, if it is needed.
    needed: Option<String>,
    /// Whether nobody may guess it.
    secret: bool,
    value: String,
}

/// How long a secret is at least, in bytes.
pub(crate) const SECRET_MIN: usize = 16;

/// How secrets begin that are made on a machine for development, as `npm start` does.
const OF_DEVELOPMENT: &str = "dev-";

/// A text that shows up nowhere by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Whoever takes it out takes care of it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// Whether two secrets are the same, in a time that tells nothing of where they differ.
///
/// ```
/// assert!(parlor::same(b"a token", b"a token"));
/// assert!(!parlor::same(b"a token", b"a tokem") && !parlor::same(b"a token", b""));
/// ```
#[must_use]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// The variables and secrets of the deployment that the application has declared: see [`App::needs`], [`App::wants`],
/// [`App::needs_secret`], [`App::wants_secret`].
///
/// ```
/// use parlor::{TestServer, prelude::*};
/// #[derive(Deserialize)]
/// struct Moderator { key: String }
/// async fn connect(vars: Vars, Auth(auth): Auth<Moderator>) -> Result<(), Refused> {
///     match vars.is("MODERATOR_KEY", &auth.key) {
///         true => Ok(()),
///         false => Err(Refused::new("wrong key")),
///     }
/// }
/// fn app() -> App {
///     App::new().wants_secret("MODERATOR_KEY").namespace("/moderators", Namespace::new(connect))
/// }
/// let mut server = TestServer::new(|| app().var("MODERATOR_KEY", "only for this test"));
/// assert!(server.connect("/moderators", &serde_json::json!({ "key": "only for this test" })).id() != "");
/// ```
#[derive(Clone, Default)]
pub struct Vars(Rc<Vec<Var>>);

impl Vars {
    /// The value of one; `""` if it is missing, or was not declared.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|var| var.name == name).map_or("", |var| &var.value)
    }

    /// Whether this is the value of a secret, compared as by [`same`]. Nothing is the value of one that is missing.
    #[must_use]
    pub fn is(&self, name: &str, given: &str) -> bool {
        let value = self.get(name);
        !value.is_empty() && same(value.as_bytes(), given.as_bytes())
    }

    fn entry(&mut self, name: &str) -> Option<&mut Var> {
        let vars = Rc::make_mut(&mut self.0);
        if !vars.iter().any(|var| var.name == name) {
            vars.push(Var { name: name.to_owned(), ..Var::default() });
        }
        vars.iter_mut().find(|var| var.name == name)
    }

    /// What is missing or too easy to guess, in words.
    pub(crate) fn problems(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|Var { name, needed, secret, value }| match value.len() {
            0 => Some(format!("{name} is missing: {}", needed.as_ref()?)),
            short if *secret && short < SECRET_MIN => Some(format!(
                "{name} is too short for a secret, it has at least {SECRET_MIN} characters: \
                 npx wrangler secret put {name}"
            )),
            _ => None,
        })
    }
}

/// Names alone: values are secrets.
impl std::fmt::Debug for Vars {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.iter().map(|var| &var.name)).finish()
    }
}

impl<S> FromCall<S> for Vars {
    fn from_call(scope: &Rc<Scope>) -> Result<Self, Fault> {
        Ok(scope.vars.clone())
    }
}

impl App {
    /// Asks for a variable or secret of the deployment that it can't do without; `what` says what it is and where it comes
    /// from. Handlers take it by [`Vars`]. While it is missing or empty the Worker serves nothing and says so, as with a wrong
    /// setting ([`App::problems`]).
    ///
    /// ```
    /// use parlor::prelude::*;
    /// let app = App::new().needs("CHAT_SECRET", "what names are signed with: npx wrangler secret put CHAT_SECRET");
    /// let words = "CHAT_SECRET is missing: what names are signed with: npx wrangler secret put CHAT_SECRET";
    /// assert_eq!(app.problems(), [words]);
    /// assert!(app.var("CHAT_SECRET", "only for tests").problems().is_empty());
    /// ```
    #[must_use]
    pub fn needs(mut self, name: &str, what: &str) -> Self {
        if let Some(var) = self.vars.entry(name) {
            var.needed = Some(what.to_owned());
        }
        self
    }

    /// Asks for a variable or secret of the deployment that may be missing.
    #[must_use]
    pub fn wants(mut self, name: &str) -> Self {
        self.vars.entry(name);
        self
    }

    /// As [`needs`](Self::needs), for what nobody may guess: with fewer than 16 bytes it counts as wrong, and so it does in a
    /// deployment where it is one that was made for development: see [`development_secrets`](Self::development_secrets).
    ///
    /// ```
    /// use parlor::prelude::*;
    /// let app = App::new().needs_secret("CHAT_SECRET", "what names are signed with").var("CHAT_SECRET", "swordfish");
    /// assert!(app.problems()[0].starts_with("CHAT_SECRET is too short for a secret"));
    /// ```
    #[must_use]
    pub fn needs_secret(self, name: &str, what: &str) -> Self {
        self.needs(name, what).wants_secret(name)
    }

    /// As [`needs_secret`](Self::needs_secret), for one that may be missing.
    #[must_use]
    pub fn wants_secret(mut self, name: &str) -> Self {
        if let Some(var) = self.vars.entry(name) {
            var.secret = true;
        }
        self
    }

    /// The secrets that were made on a machine for development, which `npm start` does: they begin with `dev-`. Where an
    /// application is deployed the Worker serves nothing with them.
    ///
    /// ```
    /// use parlor::prelude::*;
    /// let app = App::new().wants_secret("KEY").var("KEY", "dev-Zb0m2tJx4cE7pQ9w");
    /// assert!(app.problems().is_empty());
    /// assert_eq!(app.development_secrets().collect::<Vec<_>>(), ["KEY"]);
    /// ```
    pub fn development_secrets(&self) -> impl Iterator<Item = &str> {
        let secrets = self.vars.0.iter().filter(|var| var.secret);
        secrets.filter(|var| var.value.starts_with(OF_DEVELOPMENT)).map(|var| var.name.as_str())
    }

    /// Gives a variable in code, for tests or as what it is if the deployment has none; the deployment's own wins over it.
    #[must_use]
    pub fn var(mut self, name: &str, value: &str) -> Self {
        if let Some(var) = self.vars.entry(name) {
            value.clone_into(&mut var.value);
        }
        self
    }

    /// Takes the variables that were declared from a deployment, by name. An empty one is none; others are not looked at.
    #[must_use]
    pub fn read_vars(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        for var in Rc::make_mut(&mut self.vars.0) {
            if let Some(value) = variable(&var.name).filter(|value| !value.is_empty()) {
                var.value = value;
            }
        }
        self
    }
}
