//! Variables of the deployment that an application asks for, secrets among them.

use std::rc::Rc;

use crate::{answer::Fault, app::App, call::Scope, extract::FromCall};

#[derive(Clone, Default)]
struct Var {
    name: String,
    /// What it is, if it is needed.
    needed: Option<String>,
    value: String,
}

/// The variables and secrets of the deployment that the application has declared: see [`App::needs`], [`App::wants`].
///
/// ```
/// use parlor::{TestServer, prelude::*};
/// #[derive(Deserialize)]
/// struct Moderator { key: String }
/// async fn connect(vars: Vars, Auth(auth): Auth<Moderator>) -> Result<(), Refused> {
///     match vars.get("MODERATOR_KEY") {
///         "" => Err(Refused::new("nobody is a moderator here")),
///         key if key == auth.key => Ok(()),
///         _ => Err(Refused::new("wrong key")),
///     }
/// }
/// fn app() -> App {
///     App::new().wants("MODERATOR_KEY").namespace("/moderators", Namespace::new(connect))
/// }
/// let mut server = TestServer::new(|| app().var("MODERATOR_KEY", "for tests"));
/// assert!(server.connect("/moderators", &serde_json::json!({ "key": "for tests" })).id() != "");
/// ```
#[derive(Clone, Default)]
pub struct Vars(Rc<Vec<Var>>);

impl Vars {
    /// The value of one; `""` if it is missing, or was not declared.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|var| var.name == name).map_or("", |var| &var.value)
    }

    fn entry(&mut self, name: &str) -> Option<&mut Var> {
        let vars = Rc::make_mut(&mut self.0);
        if !vars.iter().any(|var| var.name == name) {
            vars.push(Var { name: name.to_owned(), ..Var::default() });
        }
        vars.iter_mut().find(|var| var.name == name)
    }

    /// What is missing, in words.
    pub(crate) fn problems(&self) -> impl Iterator<Item = String> {
        let missing = self.0.iter().filter(|var| var.value.is_empty());
        missing.filter_map(|var| Some(format!("{} is missing: {}", var.name, var.needed.as_ref()?)))
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
