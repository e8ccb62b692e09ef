//! The cookie of a handshake.

use std::fmt::Write as _;

/// A cookie that carries the `sid`, set with the answer to a polling handshake. The server never reads it: it is for
/// load balancers that keep a client at one server. Defaults are Node's.
///
/// ```
/// use engine_io::Cookie;
/// assert_eq!(Cookie::default().header("4XQ2"), "io=4XQ2; Path=/; HttpOnly; SameSite=Lax");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its name: `io`.
    pub name: String,
    /// The path that it is for: `/`.
    pub path: Option<String>,
    /// Seconds that it lives; without, as long as the browser's session.
    pub max_age: Option<u64>,
    /// Whether scripts are kept from it: yes.
    pub http_only: bool,
    /// Whether it is for HTTPS only: no.
    pub secure: bool,
    /// Which requests of other sites carry it: [`SameSite::Lax`].
    pub same_site: Option<SameSite>,
}

/// Which requests of other sites carry a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// None.
    Strict,
    /// Those by which a person comes from there.
    Lax,
    /// All; wants [`Cookie::secure`].
    None,
}

impl Default for Cookie {
    fn default() -> Self {
        Self {
            name: "io".to_owned(),
            path: Some("/".to_owned()),
            max_age: None,
            http_only: true,
            secure: false,
            same_site: Some(SameSite::Lax),
        }
    }
}

impl Cookie {
    /// The value of `Set-Cookie` for this `sid`.
    pub fn header(&self, sid: &str) -> String {
        let mut header = format!("{}={sid}", self.name);
        // Writing to a string cannot fail.
        if let Some(seconds) = self.max_age {
            let _ = write!(header, "; Max-Age={seconds}");
        }
        if let Some(path) = &self.path {
            let _ = write!(header, "; Path={path}");
        }
        if self.http_only {
            header.push_str("; HttpOnly");
        }
        if self.secure {
            header.push_str("; Secure");
        }
        if let Some(same_site) = self.same_site {
            let _ = write!(header, "; SameSite={same_site:?}");
        }
        header
    }
}
