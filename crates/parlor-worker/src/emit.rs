//! Emitting from outside of all objects: from a request, a cron event, a queue, and over HTTP from any other program.

use parlor::{App, Emitter, Fault, IntoPayload, Peer};
use worker::{Env, Request, Response, Result};

use crate::{
    http::{self, Body, header},
    peers, settings,
};

/// Everyone in a namespace, for [`emit`]; with the deployment's settings.
///
/// # Errors
/// If the application has no such namespace.
pub fn emitter(app: App, env: &Env, namespace: &str) -> std::result::Result<Emitter, Fault> {
    Emitter::new(&settings::apply(env, app), namespace)
}

/// Sends an event to sockets, from wherever there is an [`Env`]:
///
/// ```text
/// #[event(scheduled)]
/// async fn every_hour(_: ScheduledEvent, env: Env, _: ScheduleContext) {
///     let Ok(everyone) = parlor_worker::emitter(app(), &env, "/") else { return };
///     if let Err(error) = parlor_worker::emit(&env, everyone.to("clock"), "gong", 12).await {
///         worker::console_error!("{error}");
///     }
/// }
/// ```
///
/// # Errors
/// If the event can't be written, or the object that is to send it can't be reached: then it may have been sent all the
/// same.
pub async fn emit(env: &Env, emitter: Emitter, event: &str, payload: impl IntoPayload) -> Result<()> {
    match emitter.request(event, payload) {
        Ok((peer, body)) => send(env, &peer, &body).await,
        Err(fault) => Err(fault.to_string().into()),
    }
}

async fn send(env: &Env, peer: &Peer, body: &[u8]) -> Result<()> {
    peers::exchange(env, peer, body).await.map(drop)
}

/// Serves emitting over HTTP, for programs in any language: `POST` with `Authorization: Bearer SECRET` and a JSON body
/// as for [`App::emission`]. Answers 202 once the event is on its way; else 401 (no or another secret), 405, 413, 400 with
/// `{error, message}`, or 503 if it could not be sent; then it may be tried again.
///
/// # Errors
/// Those of the platform.
pub async fn serve_emit(app: App, request: Request, env: &Env, secret: &str) -> Result<Response> {
    let app = settings::apply(env, app);
    if request.inner().method() != "POST" {
        return Ok(Response::builder().with_status(405).with_header("allow", "POST")?.empty());
    }
    let given = header(&request, "authorization").unwrap_or_default();
    if secret.is_empty() || !given.strip_prefix("Bearer ").is_some_and(|given| is_same(given, secret)) {
        let response = Response::builder().with_status(401).with_header("www-authenticate", "Bearer")?;
        return Ok(response.empty());
    }
    let body = match http::body(request, app.config().engine.max_payload).await {
        Body::Whole(body) => body,
        Body::TooLarge => return Ok(Response::builder().with_status(413).empty()),
        Body::Aborted => return Ok(Response::builder().with_status(400).empty()),
    };
    match app.emission(&body) {
        Err(fault) => explain(400, &fault),
        Ok((peer, body)) => match send(env, &peer, &body).await {
            Ok(()) => Ok(Response::builder().with_status(202).empty()),
            Err(error) => {
                worker::console_error!("an emission could not be sent: {error}");
                explain(503, &Fault::new("unavailable", "It could not be sent. Try again."))
            }
        },
    }
}

fn explain(status: u16, fault: &Fault) -> Result<Response> {
    let response = Response::builder().with_status(status).with_header("content-type", "application/json")?;
    Ok(response.fixed(fault.to_json().into_bytes()))
}

/// Compares in a time that does not tell where they differ.
fn is_same(given: &str, secret: &str) -> bool {
    let (given, secret) = (given.as_bytes(), secret.as_bytes());
    let difference = given.iter().zip(secret).fold(0, |difference, (a, b)| difference | (a ^ b));
    given.len() == secret.len() && difference == 0
}
