//! Queues from outside of all objects: from a request, a cron event, and over HTTP from any other program.

use parlor::{App, Fault, Push};
use worker::{Env, Request, Response, Result};

use crate::{
    http::{self, Body},
    log,
    outside::{authorized, builder, explain},
    peers, settings,
};

/// Stores a job, from wherever there is an [`Env`]; gives its id:
///
/// ```text
/// #[event(scheduled)]
/// async fn every_month(_: ScheduledEvent, env: Env, _: ScheduleContext) {
///     let Ok(rent) = Push::new("letters", "the rent is due") else { return };
///     if let Err(error) = parlor_worker::push(app, &env, rent.once("rent of May")).await {
///         worker::console_error!("{error}");
///     }
/// }
/// ```
///
/// # Errors
/// Why it is not stored. If the queue can't be reached it may be stored all the same: with [`Push::once`] it may be tried
/// again.
pub async fn push(app: fn() -> App, env: &Env, push: Push) -> Result<u64> {
    let app = settings::apply(env, app).map_err(|wrong| wrong.to_string())?;
    let (peer, body) = app.push_request(push).map_err(|fault| fault.to_string())?;
    let reply = peers::exchange(env, app.config(), &peer, &body).await?;
    Ok(app.push_receipt(&reply).map_err(|fault| fault.to_string())?)
}

/// Serves queues over HTTP, for programs in any language: `POST` with `Authorization: Bearer SECRET` and a JSON body, as
/// `docs/queues.md` has it. Answers 200 with JSON once it is done; else 401 (no or another secret), 405, 400 with
/// `{error, message}`, 404, 409, 413 and 507 as there, or 503 if the queue could not be reached.
///
/// # Errors
/// Those of the platform.
pub async fn serve_queue(app: fn() -> App, request: Request, env: &Env, secret: &str) -> Result<Response> {
    let app = match settings::apply(env, app) {
        Ok(app) => app,
        Err(wrong) => return wrong.response(),
    };
    if let Some(refused) = authorized(&request, secret) {
        return refused;
    }
    let asked = match http::body(request, LONGEST).await {
        Body::Whole(body) => body,
        Body::TooLarge => return Ok(builder(413)?.empty()),
        Body::Aborted => return Ok(builder(400)?.empty()),
    };
    let (peer, body) = match app.queue_request(&asked) {
        Ok(asked) => asked,
        Err(fault) => return explain(400, &fault),
    };
    match peers::exchange(env, app.config(), &peer, &body).await {
        Ok(reply) => {
            let (status, json) = app.queue_answer(&asked, &reply);
            let response = builder(status)?;
            Ok(response.with_header("content-type", "application/json")?.fixed(json.into_bytes()))
        }
        Err(error) => {
            log::error(log::WORKER, "queue not reached", &error);
            explain(503, &Fault::new("unavailable", "The queue could not be reached. Try again."))
        }
    }
}

/// The longest body: a job of the greatest size, in base64.
const LONGEST: usize = 4 << 20;
