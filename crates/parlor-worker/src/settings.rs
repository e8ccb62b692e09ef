//! Settings of a deployment and what else the application asks for, from variables of the Worker, and what becomes of those
//! that are wrong or missing: the Worker serves nothing and logs why, so that nobody runs for a month with a setting that was
//! never taken.

use std::{cell::RefCell, rc::Rc};

use parlor::App;
use worker::{Env, Request, Response, Result};

use crate::{http::header, log, metrics, outside::builder, peers};

/// How an application is made, and the one that was made so.
type Made = (fn() -> App, Rc<App>);

thread_local! {
    /// Of the Worker, not of any object. A deployment's variables are the same as long as its isolate lives.
    static MADE: RefCell<Option<Made>> = const { RefCell::new(None) };
}

/// The application with the deployment's settings, for the Worker, which asks for it with each request.
///
/// # Errors
/// What is wrong with them.
pub(crate) fn apply(env: &Env, app: fn() -> App) -> std::result::Result<Rc<App>, Wrong> {
    let made = MADE.with_borrow(|made| {
        made.as_ref().filter(|(by, _)| std::ptr::fn_addr_eq(*by, app)).map(|(_, made)| made.clone())
    });
    if let Some(made) = made {
        return Ok(made);
    }
    let (made, wrong) = read(env, app());
    if !wrong.is_empty() {
        return Err(Wrong(wrong));
    }
    let made = Rc::new(made);
    MADE.set(Some((app, made.clone())));
    Ok(made)
}

/// The application with those settings that are right: for an object, whose Worker has looked at them.
pub(crate) fn apply_what_can_be(env: &Env, app: App) -> App {
    read(env, app).0
}

fn read(env: &Env, app: App) -> (App, Vec<String>) {
    let mut wrong = Vec::new();
    let variable = |name: &str| env.var(name).ok().map(|value| value.to_string());
    let configured = app.configure(|config| {
        wrong = config.read(variable);
        config.metrics |= config.metrics_token.is_some() || metrics::has_data_set(env);
    });
    let app = configured.read_vars(variable);
    wrong.extend(app.problems());
    // An application without queues need not have their class.
    let app = if env.durable_object(peers::QUEUE).is_ok() { app } else { app.without_queues() };
    (app, wrong)
}

/// What is wrong with them where the application is deployed, which a request shows: Cloudflare names each in a header.
pub(crate) fn wrong_deployed(app: &App, request: &Request) -> Option<Wrong> {
    let mut secrets = app.development_secrets().peekable();
    secrets.peek()?;
    header(request, "cf-ray")?;
    let words = |name| {
        format!(
            "{name} was made for development, on somebody's machine. Set another: npx wrangler secret put {name}"
        )
    };
    Some(Wrong(secrets.map(words).collect()))
}

/// All that strangers are told of it.
const FOR_STRANGERS: &str = "the server's settings are wrong: its log says which (npx wrangler tail)";

/// What is wrong with the settings, for the log: names and words, no values.
pub(crate) struct Wrong(Vec<String>);

impl Wrong {
    /// Logs it, and answers that it is in the log.
    pub(crate) fn response(&self) -> Result<Response> {
        log::error(log::WORKER, "wrong settings", self);
        let response = builder(500)?.with_header("content-type", "text/plain;charset=utf-8")?;
        Ok(response.fixed(FOR_STRANGERS.as_bytes().to_vec()))
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the server's settings are wrong: {}", self.0.join("; "))
    }
}
