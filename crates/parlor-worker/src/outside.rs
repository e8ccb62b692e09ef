//! What all has in common that is served to other programs over HTTP.

use parlor::Fault;
use worker::{Request, Response, Result};

use crate::http::header;

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
    !secret.is_empty() && given.strip_prefix("Bearer ").is_some_and(|given| is_same(given, secret))
}

fn refuse(status: u16, name: &str, value: &str) -> Result<Response> {
    Ok(Response::builder().with_status(status).with_header(name, value)?.empty())
}

/// A fault as an answer.
pub(crate) fn explain(status: u16, fault: &Fault) -> Result<Response> {
    let response = Response::builder().with_status(status).with_header("content-type", "application/json")?;
    Ok(response.fixed(fault.to_json().into_bytes()))
}

/// Compares in a time that does not tell where they differ.
fn is_same(given: &str, secret: &str) -> bool {
    let (given, secret) = (given.as_bytes(), secret.as_bytes());
    let difference = given.iter().zip(secret).fold(0, |difference, (a, b)| difference | (a ^ b));
    given.len() == secret.len() && difference == 0
}
