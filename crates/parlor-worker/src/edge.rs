//! The stateless Worker: serves files, refuses what is wrong without waking anything, finds the Gateway and
//! forwards to it.

use std::{
    cell::Cell,
    hash::{DefaultHasher, Hash, Hasher},
};

use engine_io::{Refusal, Route, takes_gzip};
use parlor::{App, Config, Level, Line, Placement, gateway_of};
use worker::{
    Env, Request, Response, Result,
    js_sys::{Number, Reflect},
    wasm_bindgen::JsValue,
};

use crate::{
    client_files,
    http::{Asked, RAY, address, header, request_id},
    log, metrics, now,
    outside::builder,
    peers, random, rate, settings,
};

/// How many Gateways of a location are tried.
const ATTEMPTS: u32 = 4;

thread_local! {
    /// Of the Worker, not of any object: which Gateway is next where they go round.
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

/// Answers a request to the Worker: Socket.IO at the application's path, the client's files among it, bare Engine.IO at
/// its other path if it has one, and everything else from the static files.
///
/// # Errors
/// Those of the platform.
pub async fn serve(app: fn() -> App, request: Request, env: &Env) -> Result<Response> {
    let app = match settings::apply(env, app) {
        Ok(app) => app,
        Err(wrong) => return wrong.response(),
    };
    if let Some(wrong) = settings::wrong_deployed(&app, &request) {
        return wrong.response();
    }
    let config = app.config();
    let asked = Asked::of(&request, config)?;
    if asked.path == metrics::PATH {
        return metrics::serve(&app, &request, env).await;
    }
    let below = asked.path.strip_prefix(&config.path);
    if !is_for_an_object(&app, &asked.path) {
        return match env.assets("ASSETS") {
            // The folder of the client's files is no page.
            Ok(assets) if config.path.strip_suffix('/') != Some(&asked.path) => {
                assets.fetch_request(request).await
            }
            _ => Ok(builder(404)?
                .with_header("content-type", "text/plain;charset=utf-8")?
                .fixed(b"Not found".to_vec())),
        };
    }
    if let Some(response) = asked.preflight(&request, config) {
        return response;
    }
    if let Some(file) = below.filter(|_| config.serve_client).and_then(client_files::named) {
        return client_files::serve(file, &asked, &request, env).await;
    }
    if !asked.is_of_allowed_origin(&app, &request) {
        let refusal = Refusal::Forbidden("Origin not allowed".to_owned());
        return refused(config, &asked, &request, refusal);
    }
    let gateway = match asked.route(config, || asked.allowed(&app, &request, now())) {
        Err(refusal) => return refused(config, &asked, &request, refusal),
        Ok(Route::Session { sid, .. }) => {
            match gateway_of(&sid).filter(|name| config.gateways.contains(name)) {
                Some(name) => Some(name.to_owned()),
                None => return asked.refuse(Refusal::UnknownSid),
            }
        }
        Ok(Route::Open(..)) => None,
    };
    if let Err(refusal) = rate::check(env, &request).await {
        return refused(config, &asked, &request, refusal);
    }
    let Some(gateway) = gateway else { return open(env, config, request).await };
    if config.log_level == Level::Debug {
        forwarded(config, &gateway, request_id(&request));
    }
    let threshold = config
        .engine
        .http_compression
        .filter(|_| accepted_encodings(&request).is_some_and(|accepted| takes_gzip(&accepted)));
    let response = peers::gateway(env, config, &gateway)?.fetch_with_request(request).await?;
    match threshold {
        Some(threshold) => compressed(response, threshold),
        None => Ok(response),
    }
}

/// Whether a path is one that clients come to objects by. Never that of what objects say to each other, also where
/// Socket.IO has all paths, as by `/`.
fn is_for_an_object(app: &App, path: &str) -> bool {
    let is_served = path.starts_with(&app.config().path)
        || app.engine_endpoint().is_some_and(|(endpoint, _)| path.starts_with(endpoint));
    is_served && path != peers::PATH
}

/// Opens a session at a Gateway of the location, or, where that is full or can't be reached, at another one.
async fn open(env: &Env, config: &Config, request: Request) -> Result<Response> {
    let (location, number) = match config.placement {
        Placement::RoundRobin => ("any", NEXT.replace(NEXT.get().wrapping_add(1))),
        Placement::ByClient => (location(&request), client_number(&request)),
    };
    let (request, id) = match request_id(&request) {
        Some(id) => (request, id),
        None => {
            let (own, id) = (request.clone_mut()?, random::unique()?.to_string()); // the client's can't be changed
            own.inner().headers().set(RAY, &id)?;
            (own, id)
        }
    };
    let attempts = config.gateways.shards.min(ATTEMPTS);
    let mut request = Some(request);
    for attempt in 0..attempts {
        let gateway = config.gateways.pick(location, number.wrapping_add(attempt));
        if config.log_level == Level::Debug {
            forwarded(config, &gateway, Some(id.clone()));
        }
        let last = attempt + 1 == attempts;
        let again = request.as_ref().filter(|_| !last).map(Request::clone).transpose()?;
        let Some(request) = std::mem::replace(&mut request, again) else { break };
        match peers::gateway(env, config, &gateway)?.fetch_with_request(request).await {
            Ok(response) if response.status_code() != 503 => return Ok(response),
            Ok(_) => log(config, Line::new(Level::Warn, "full").text("gateway", &gateway), Some(id.clone())),
            Err(error) => log::unreachable(log::WORKER, config, &gateway, &error),
        }
    }
    Ok(builder(503)?.with_header("retry-after", "5")?.empty())
}

/// Refuses a request, and says so in the log.
fn refused(config: &Config, asked: &Asked, request: &Request, refusal: Refusal) -> Result<Response> {
    let mut line = Line::new(Level::Info, "refused");
    log(config, line.number("code", refusal.code().into()), request_id(request));
    asked.refuse(refusal)
}

fn forwarded(config: &Config, gateway: &str, id: Option<String>) {
    log(config, Line::new(Level::Debug, "forwarded").text("gateway", gateway), id);
}

fn log(config: &Config, line: &mut Line, id: Option<String>) {
    if line.level() <= config.log_level {
        if let Some(id) = id {
            line.text("id", &id);
        }
        log::write(log::WORKER, line);
    }
}

/// Has the runtime compress an answer of at least so many bytes: here, where it keeps no object busy.
fn compressed(response: Response, threshold: usize) -> Result<Response> {
    let length = response.headers().get("content-length")?.and_then(|length| length.parse::<usize>().ok());
    if response.status_code() != 200 || length.is_none_or(|length| length < threshold) {
        return Ok(response);
    }
    let headers = response.headers().clone();
    headers.set("content-encoding", "gzip")?;
    headers.delete("content-length")?;
    let (head, body) = response.into_parts();
    Ok(head.with_headers(headers).body(body))
}

/// The same number for the same client.
fn client_number(request: &Request) -> u32 {
    let mut hasher = DefaultHasher::new();
    address(request).hash(&mut hasher);
    hasher.finish() as u32
}

/// What the client said that it takes. The header that comes here is the platform's own.
fn accepted_encodings(request: &Request) -> Option<String> {
    told(request, "clientAcceptEncoding").or_else(|| header(request, "accept-encoding"))
}

/// What the platform tells of a client. (Not by `Request::cf`, whose getters panic where there is no such thing, as off
/// Cloudflare.)
fn told(request: &Request, what: &str) -> Option<String> {
    let cf = Reflect::get(request.inner(), &JsValue::from_str("cf")).ok()?;
    Reflect::get(&cf, &JsValue::from_str(what)).ok()?.as_string()
}

/// The location hint nearest to the client, by what Cloudflare tells of it; `any` where it tells nothing.
fn location(request: &Request) -> &'static str {
    let text = |name| told(request, name);
    let longitude = text("longitude").map_or(0.0, |degrees| Number::parse_float(&degrees));
    match (text("continent").as_deref(), text("country").as_deref()) {
        (
            _,
            Some("AE" | "BH" | "IL" | "IQ" | "IR" | "JO" | "KW" | "LB" | "OM" | "QA" | "SA" | "SY" | "YE"),
        ) => "me",
        (Some("NA"), _) if longitude < -100.0 => "wnam",
        (Some("NA"), _) => "enam",
        (Some("SA"), _) => "sam",
        (Some("EU"), _) if longitude > 15.0 => "eeur",
        (Some("EU"), _) => "weur",
        (Some("AS"), _) => "apac",
        (Some("OC"), _) => "oc",
        (Some("AF"), _) => "afr",
        _ => "any",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_do_not_come_to_what_objects_say_to_each_other() {
        for (path, from_outside) in
            [("/socket.io/", "/socket.io/"), ("/", "/anything"), ("/ex", "/exchanged")]
        {
            let app = App::new().configure(|config| config.path = path.to_owned());
            assert!(is_for_an_object(&app, from_outside), "{from_outside}");
            assert!(!is_for_an_object(&app, peers::PATH), "{path}");
        }
    }
}
