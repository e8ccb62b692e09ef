//! Emitting from outside of all objects: from a request, a cron event, a queue, and over HTTP from any other program.

use parlor::{App, Emission, Fault, Peer};
use worker::{
    Env, Fetcher, Request, Response, Result,
    wasm_bindgen::JsValue,
    web_sys::{self, Headers, RequestInit},
};

use crate::{
    http::{self, Body},
    log,
    outside::{authorized, builder, explain},
    peers, settings,
};

/// Sends an event to sockets of this application, from wherever there is an [`Env`]:
///
/// ```text
/// #[event(scheduled)]
/// async fn every_hour(_: ScheduledEvent, env: Env, _: ScheduleContext) {
///     let Ok(gong) = Emission::new("gong", 12) else { return };
///     if let Err(error) = parlor_worker::emit(app, &env, gong.to("clock")).await {
///         worker::console_error!("{error}");
///     }
/// }
/// ```
///
/// # Errors
/// If it can't be written, or the object that is to send it can't be reached: then it may have been sent all the same.
pub async fn emit(app: fn() -> App, env: &Env, emission: Emission) -> Result<()> {
    let app = settings::apply(env, app).map_err(|wrong| wrong.to_string())?;
    let (peer, body) = app.request(emission).map_err(|fault| fault.to_string())?;
    send(env, &app, &peer, &body).await
}

/// Has another Worker, to which this one has a service binding, send an event. `path` is where that one calls
/// [`serve_emit`].
///
/// ```text
/// let news = Emission::new("news", "hello")?.to("readers");
/// parlor_worker::emit_through(&env.service("CHAT")?, "/emit", &env.secret("CHAT_SECRET")?.to_string(), &news).await?;
/// ```
///
/// # Errors
/// If there are bytes in it, the other Worker can't be reached, or it refuses: then with its words.
pub async fn emit_through(service: &Fetcher, path: &str, secret: &str, emission: &Emission) -> Result<()> {
    let json = emission.to_json().map_err(|fault| fault.to_string())?;
    let headers = Headers::new()?;
    headers.set("authorization", &format!("Bearer {secret}"))?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JsValue::from_str(&json));
    // A service binding does not look at the host.
    let request = web_sys::Request::new_with_str_and_init(&format!("https://service{path}"), &init)?;
    let mut response = service.fetch_request(Request::from(request)).await?;
    match response.status_code() {
        202 => Ok(()),
        status => Err(format!("status {status}: {}", response.text().await?).into()),
    }
}

async fn send(env: &Env, app: &App, peer: &Peer, body: &[u8]) -> Result<()> {
    peers::exchange(env, app.config(), peer, body).await.map(drop)
}

/// Serves emitting over HTTP, for programs in any language: `POST` with `Authorization: Bearer SECRET` and a JSON body
/// as for [`Emission::from_json`]. Answers 202 once the event is on its way; else 401 (no or another secret), 405, 413, 400 with
/// `{error, message}`, or 503 if it could not be sent; then it may be tried again.
///
/// # Errors
/// Those of the platform.
pub async fn serve_emit(app: fn() -> App, request: Request, env: &Env, secret: &str) -> Result<Response> {
    let app = match settings::apply(env, app) {
        Ok(app) => app,
        Err(wrong) => return wrong.response(),
    };
    if let Some(refused) = authorized(&request, secret) {
        return refused;
    }
    let body = match http::body(request, app.config().engine.max_payload).await {
        Body::Whole(body) => body,
        Body::TooLarge => return Ok(builder(413)?.empty()),
        Body::Aborted => return Ok(builder(400)?.empty()),
    };
    match Emission::from_json(&body).and_then(|emission| app.request(emission)) {
        Err(fault) => explain(400, &fault),
        Ok((peer, body)) => match send(env, &app, &peer, &body).await {
            Ok(()) => Ok(builder(202)?.empty()),
            Err(error) => {
                log::error(log::WORKER, "emission not sent", &error);
                explain(503, &Fault::new("unavailable", "It could not be sent. Try again."))
            }
        },
    }
}
