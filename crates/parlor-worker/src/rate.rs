//! The platform's own limit of requests, where one is bound:
//! <https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/>.

use engine_io::Refusal;
use parlor::network_of;
use worker::{
    Env, Request,
    js_sys::{Function, Object, Promise, Reflect},
    wasm_bindgen::{JsCast, JsValue},
    wasm_bindgen_futures::JsFuture,
};

use crate::http::address;

/// The binding, which an application need not have.
const BINDING: &str = "REQUESTS";
/// The shortest period that the platform counts in, ms.
const PERIOD: u64 = 10_000;

/// Refuses a request that would wake an object, if its address makes too many. Where that can't be told it may pass: the
/// Gateways have limits of their own.
pub(crate) async fn check(env: &Env, request: &Request) -> Result<(), Refusal> {
    let address = address(request);
    match address.is_empty() || may_pass(env, &network_of(&address)).await.unwrap_or(true) {
        true => Ok(()),
        false => Err(Refusal::TooMany(PERIOD)),
    }
}

/// What the platform says of a key. (Not by `worker`, which brings along serde for JavaScript's values.)
async fn may_pass(env: &Env, key: &str) -> Result<bool, JsValue> {
    let limiter = Reflect::get(env, &JsValue::from_str(BINDING))?;
    let limit: Function = Reflect::get(&limiter, &JsValue::from_str("limit"))?.dyn_into()?;
    let options = Object::new();
    Reflect::set(&options, &JsValue::from_str("key"), &JsValue::from_str(key))?;
    let outcome = JsFuture::from(limit.call1(&limiter, &options)?.dyn_into::<Promise>()?).await?;
    Ok(Reflect::get(&outcome, &JsValue::from_str("success"))? != JsValue::FALSE)
}
