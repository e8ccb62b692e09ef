//! What all has in common that is served to other programs over HTTP.

use parlor::{Fault, same};
use worker::{Request, Response, ResponseBuilder, Result};

use crate::http::{header, secured};

/// The answer to a request that is no POST, or does not have the secret.
pub(crate) fn authorized(request: &Request, secret: &str) -> Option<Result<Response>> {
    if request.inner().method() != "POST" {
        return Some(refuse(405, "allow", "POST"));
    }
    let given = header(request, "authorization").unwrap_or_default();
    let is_known = !secret.is_empty()
        && given.strip_prefix("Bearer ").is_some_and(|given| same(given.as_bytes(), secret.as_bytes()));
    (!is_known).then(|| refuse(401, "www-authenticate", "Bearer"))
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
