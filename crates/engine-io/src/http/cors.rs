//! Cross-origin resource sharing, header for header as Node's `cors`, which Socket.IO's option of that name is given to.

/// Name and value of a header.
pub type Header = (&'static str, String);

/// What pages of other origins may do.
///
/// ```
/// use engine_io::{Cors, Origins};
/// let cors = Cors { origins: Origins::List(vec!["https://a.example".into()]), ..Cors::default() };
/// assert_eq!(
///     cors.headers(Some("https://a.example")),
///     [("access-control-allow-origin", "https://a.example".to_owned()), ("vary", "Origin".to_owned())]
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    /// Who; by default any origin.
    pub origins: Origins,
    /// Whether browsers send cookies along, and let the page read the answer.
    pub credentials: bool,
    /// Methods that a preflight is told; `GET,HEAD,PUT,PATCH,POST,DELETE`.
    pub methods: String,
    /// Request headers that a preflight is told; `None`: those that it asks for.
    pub allowed_headers: Option<String>,
    /// Response headers that the page may read.
    pub exposed_headers: Option<String>,
    /// Seconds for which a preflight's answer holds.
    pub max_age: Option<u64>,
}

/// Whose pages are allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origins {
    /// Everybody's, as `*`, which browsers do not take along with credentials.
    #[default]
    Any,
    /// Everybody's, each called by its name.
    Each,
    /// This one's. Requests of others are told the same.
    One(String),
    /// Those of the list, each called by its name. Requests of others are told nothing.
    List(Vec<String>),
}

impl Default for Cors {
    fn default() -> Self {
        Self {
            origins: Origins::Any,
            credentials: false,
            methods: "GET,HEAD,PUT,PATCH,POST,DELETE".to_owned(),
            allowed_headers: None,
            exposed_headers: None,
            max_age: None,
        }
    }
}

impl Cors {
    /// Whether a page of this origin is allowed.
    pub fn allows(&self, origin: &str) -> bool {
        match &self.origins {
            Origins::Any | Origins::Each => true,
            Origins::One(one) => one == origin,
            Origins::List(list) => list.iter().any(|one| one == origin),
        }
    }

    /// The headers of every answer, a refusal's too.
    pub fn headers(&self, origin: Option<&str>) -> Vec<Header> {
        let mut headers = self.common(origin);
        headers.extend(self.exposed());
        if !matches!(self.origins, Origins::Any) {
            headers.push(("vary", "Origin".to_owned()));
        }
        headers
    }

    /// The headers of the answer to a preflight, which is an empty 204. `asked` is its
    /// `access-control-request-headers`.
    pub fn preflight(&self, origin: Option<&str>, asked: Option<&str>) -> Vec<Header> {
        let mut headers = self.common(origin);
        headers.push(("access-control-allow-methods", self.methods.clone()));
        let allowed = self.allowed_headers.as_deref().or(asked).filter(|allowed| !allowed.is_empty());
        headers.extend(allowed.map(|allowed| ("access-control-allow-headers", allowed.to_owned())));
        headers.extend(self.max_age.map(|seconds| ("access-control-max-age", seconds.to_string())));
        headers.extend(self.exposed());
        let by_origin = (!matches!(self.origins, Origins::Any)).then_some("Origin");
        let by_asked = self.allowed_headers.is_none().then_some("Access-Control-Request-Headers");
        let vary: Vec<_> = by_origin.into_iter().chain(by_asked).collect();
        if !vary.is_empty() {
            headers.push(("vary", vary.join(", ")));
        }
        headers.push(("content-length", "0".to_owned()));
        headers
    }

    fn common(&self, origin: Option<&str>) -> Vec<Header> {
        let allowed = match &self.origins {
            Origins::Any => Some("*".to_owned()),
            Origins::One(one) => Some(one.clone()),
            Origins::Each | Origins::List(_) => {
                origin.filter(|origin| self.allows(origin)).map(str::to_owned)
            }
        };
        let mut headers: Vec<Header> = Vec::new();
        headers.extend(allowed.map(|allowed| ("access-control-allow-origin", allowed)));
        if self.credentials {
            headers.push(("access-control-allow-credentials", "true".to_owned()));
        }
        headers
    }

    fn exposed(&self) -> Option<Header> {
        Some(("access-control-expose-headers", self.exposed_headers.clone()?))
    }
}
