//! Requests between objects.

use std::pin::Pin;

use parlor::{Config, Peer};
use worker::{
    Env, ObjectNamespace, Response, Result, Stub,
    js_sys::{Function, Reflect, Uint8Array},
    wasm_bindgen::{JsCast, JsValue},
    wasm_bindgen_futures::JsFuture,
    web_sys::{self, RequestInit},
};

use crate::log;

/// The path that objects take each other's requests at. Clients can't reach it: the Worker forwards to an object
/// only what came on the path of the Socket.IO endpoint, and never this one, where that is `/`.
pub(crate) const PATH: &str = "/exchange";
const URL: &str = "https://object/exchange";

/// The binding of the class of queues.
pub(crate) const QUEUE: &str = "QUEUE";

/// The objects of a class, in the server's jurisdiction if it has one. (`worker` has no call for that.)
fn objects(env: &Env, config: &Config, binding: &str) -> Result<ObjectNamespace> {
    let objects = env.durable_object(binding)?;
    let Some(jurisdiction) = &config.jurisdiction else { return Ok(objects) };
    let within: Function = Reflect::get(objects.as_ref(), &JsValue::from_str("jurisdiction"))?.dyn_into()?;
    Ok(within.call1(objects.as_ref(), &JsValue::from_str(jurisdiction))?.unchecked_into())
}

/// The object of a Gateway, made near its location.
pub(crate) fn gateway(env: &Env, config: &Config, name: &str) -> Result<Stub> {
    let gateways = objects(env, config, "GATEWAY")?;
    match name.split_once('-') {
        Some((location, _)) if location != "any" => gateways.get_by_name_with_location_hint(name, location),
        _ => gateways.get_by_name(name),
    }
}

/// Makes a request; gives the body of the reply. (A box, so that there is one copy of it, not one for each who asks.)
///
/// # Errors
/// Whatever kept it from arriving, or the other object from answering.
pub(crate) fn exchange<'a>(
    env: &'a Env,
    config: &'a Config,
    peer: &'a Peer,
    body: &'a [u8],
) -> Pin<Box<dyn Future<Output = Result<Vec<u8>>> + 'a>> {
    Box::pin(async move {
        let stub = match peer {
            Peer::Gateway(name) => gateway(env, config, name)?,
            Peer::Room(key) => objects(env, config, "ROOM")?.get_by_name(&key.object_name())?,
            Peer::Queue(name) => objects(env, config, QUEUE)?.get_by_name(name)?,
        };
        // The raw one: `worker`'s brings along code for options that no object needs.
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(&Uint8Array::from(body));
        let request = web_sys::Request::new_with_str_and_init(URL, &init)?;
        let response = stub.fetch_with_request(request.into()).await?;
        if response.status_code() != 200 {
            return Err(format!("status {}", response.status_code()).into());
        }
        // The raw one here too: `worker`'s reads it piece by piece.
        let response = web_sys::Response::from(response);
        let body = JsFuture::from(response.array_buffer()?).await?;
        Ok(Uint8Array::new(&body).to_vec())
    })
}

/// The reply of this object to a request of another.
pub(crate) fn reply<E: std::fmt::Display>(
    object: &str,
    body: std::result::Result<Vec<u8>, E>,
) -> Result<Response> {
    match body {
        Ok(body) => Response::from_bytes(body),
        Err(error) => {
            log::error(object, "unreadable request", &error);
            Response::error(error.to_string(), 400)
        }
    }
}
