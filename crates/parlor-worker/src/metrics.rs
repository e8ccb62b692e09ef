//! `/metrics`, as Prometheus reads it, and points for Analytics Engine. docs/observability.md says what is counted.

use std::{future::poll_fn, task::Poll};

use parlor::{App, Peer, REGISTRY, Report, exposition};
use worker::{
    Env, Request, Response, Result,
    js_sys::{Array, Function, Object, Reflect},
    wasm_bindgen::{JsCast, JsValue},
};

use crate::{
    log,
    outside::{builder, knows},
    peers,
};

/// Where the Worker tells what was counted.
pub(crate) const PATH: &str = "/metrics";
/// The binding of the data set, if there is one.
const DATA_SET: &str = "METRICS";
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Tells whoever has the token what the Gateways have counted that were ever used: 404 where no token is set, 401 without it, 503 if the
/// Gateway with the list can't be reached.
pub(crate) async fn serve(app: &App, request: &Request, env: &Env) -> Result<Response> {
    let Some(token) = &app.config().metrics_token else { return say(404, "Not found") };
    if !knows(request, token.reveal()) {
        return say(401, "Say `Authorization: Bearer`, and the token of these metrics.");
    }
    let mut all = ask(env, app, vec![REGISTRY.to_owned()]).await;
    let Some((_, Some(first))) = all.first_mut() else {
        return say(503, "The Gateway that has the list of all, any-0, can't be reached. Try again.");
    };
    let others = std::mem::take(&mut first.gateways);
    all.append(&mut ask(env, app, others).await);
    say(200, &exposition(&all))
}

fn say(status: u16, text: &str) -> Result<Response> {
    Ok(builder(status)?.with_header("content-type", CONTENT_TYPE)?.fixed(text.as_bytes().to_vec()))
}

/// Asks these Gateways, all at once.
async fn ask(env: &Env, app: &App, names: Vec<String>) -> Vec<(String, Option<Report>)> {
    let config = app.config();
    let body = Report::request();
    let peers: Vec<(String, Peer)> =
        names.into_iter().map(|name| (name.clone(), Peer::Gateway(name))).collect();
    let mut open: Vec<_> =
        peers.iter().map(|(name, peer)| (name, peers::exchange(env, config, peer, &body))).collect();
    let mut reports = Vec::new();
    poll_fn(|cx| {
        open.retain_mut(|(name, exchange)| {
            let Poll::Ready(reply) = exchange.as_mut().poll(cx) else { return true };
            if let Err(error) = &reply {
                log::unreachable(log::WORKER, config, name, error);
            }
            reports.push((name.clone(), reply.ok().and_then(|reply| Report::read(&reply).ok())));
            false
        });
        if open.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    reports
}

/// The data set, if one is bound. (Not by `Env::analytics_engine`, whose points bring along code for every kind of value.)
fn data_set(env: &Env) -> Option<JsValue> {
    Reflect::get(env, &JsValue::from_str(DATA_SET)).ok().filter(JsValue::is_object)
}

/// Whether points are written.
pub(crate) fn has_data_set(env: &Env) -> bool {
    data_set(env).is_some()
}

/// Writes a point of a Gateway, if a data set is bound. Nothing waits for it.
pub(crate) fn write(env: &Env, gateway: &str, point: &[u64]) {
    let Some(data_set) = data_set(env) else { return };
    let name = Array::of1(&JsValue::from_str(gateway));
    let numbers: Array = point.iter().map(|number| JsValue::from_f64(*number as f64)).collect();
    let written = Object::new();
    let put = |key: &str, value: &JsValue| Reflect::set(&written, &JsValue::from_str(key), value);
    let result = put("indexes", &name)
        .and_then(|_| put("blobs", &name))
        .and_then(|_| put("doubles", &numbers))
        .and_then(|_| Reflect::get(&data_set, &JsValue::from_str("writeDataPoint")))
        .and_then(|write| write.dyn_into::<Function>())
        .and_then(|write| write.call1(&data_set, &written));
    if result.is_err() {
        log::error(gateway, "point not written", &"Analytics Engine takes none");
    }
}
