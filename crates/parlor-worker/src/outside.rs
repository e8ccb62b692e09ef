//! What all has in common that is served to other programs over HTTP.

use parlor::{Fault, same};
use worker::{Request, Response, ResponseBuilder, Result};

use crate::http::{header, secured};

/// The answer to a request that is no POST, or does not have the secret.
pub(crate) fn authorized(request: &Request, secret: &str) -> Option<Result<Response>> {
    if request.inner().method() != "POST" {
        return Some(refuse(405, "allow", "POST"));
    }
    (!knows(request, secret)).then(|| refuse(401, "www-authenticate", "Bearer"))
}

/// Whether the request has the secret; nobody has an empty one.
pub(crate) fn knows(request: &Request, secret: &str) -> bool {
    let given = header(request, "authorization").unwrap_or_default();
    let given = given.strip_prefix("Bearer ");
    !secret.is_empty() && given.is_some_and(|given| same(given.as_bytes(), secret.as_bytes()))
}

fn refuse(status: u16, name: &str, value: &str) -> Result<Response> {
    Ok(builder(status)?.with_header(name, value)?.empty())
}

/// A fault as an answer.
pub(crate) fn explain(status: u16, fault: &Fault) -> Result<Response> {
    let response = builder(status)?.with_header("content-type", "application/json")?;
    Ok(response.fixed(fault.to_json().into_bytes()))
}

/// An answer to begin with.
pub(crate) fn builder(status: u16) -> Result<ResponseBuilder> {
    secured(Response::builder().with_status(status))
}
