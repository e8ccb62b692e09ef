//! HTTP forms of what the machines ask and answer.

use engine_io::{Answer, Method, Refusal, Request as EngineRequest, Route};
use futures_util::StreamExt;
use parlor::{Config, Handshake};
use worker::{Request, Response, ResponseBuilder, Result};

/// What an Engine.IO request is about, owned.
pub(crate) struct Asked {
    method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    /// Whether it asks for a WebSocket.
    pub(crate) upgrade: bool,
}

impl Asked {
    pub(crate) fn of(request: &Request) -> Result<Self> {
        let url = request.url()?;
        Ok(Self {
            method: match request.method() {
                worker::Method::Get => Method::Get,
                worker::Method::Post => Method::Post,
                worker::Method::Options => Method::Options,
                _ => Method::Other,
            },
            path: url.path().to_owned(),
            query: url.query().unwrap_or_default().to_owned(),
            upgrade: header(request, "upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket")),
        })
    }

    pub(crate) fn engine(&self) -> EngineRequest<'_> {
        EngineRequest { method: self.method, query: &self.query, upgrade: self.upgrade }
    }

    pub(crate) fn route(&self, config: &Config) -> std::result::Result<Route, Refusal> {
        engine_io::route(&self.engine(), &config.engine)
    }

    /// The answer to a refused request, in the form that its client expects.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Result<Response> {
        if !self.upgrade {
            return answer(Answer::Refused(refusal));
        }
        let response = Response::builder()
            .with_status(refusal.upgrade_status())
            .with_header("content-type", "text/html")?;
        Ok(response.fixed(refusal.message().as_bytes().to_vec()))
    }
}

pub(crate) fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}

/// An answer of the machine as a response.
pub(crate) fn answer(answer: Answer) -> Result<Response> {
    let mut response =
        ResponseBuilder::new().with_status(answer.status()).with_header("cache-control", "no-store")?;
    if let Some(content_type) = answer.content_type() {
        response = response.with_header("content-type", content_type)?;
    }
    Ok(response.fixed(answer.into_body().into_bytes()))
}

/// What of a request is kept with the connection that it opens.
pub(crate) fn handshake(request: &Request, asked: &Asked, now: u64) -> Handshake {
    const KEPT: [&str; 6] = ["host", "origin", "user-agent", "accept-language", "cookie", "authorization"];
    Handshake {
        query: asked.query.clone(),
        address: header(request, "cf-connecting-ip").unwrap_or_default(),
        issued: now,
        headers: KEPT.iter().filter_map(|name| Some(((*name).to_owned(), header(request, name)?))).collect(),
    }
}

/// How the body of a POST came.
pub(crate) enum Body {
    /// All of it.
    Whole(Vec<u8>),
    /// More than the limit; the rest was not read.
    TooLarge,
    /// It is declared as binary, which a payload is not.
    NotText,
    /// The client went away.
    Aborted,
}

/// Reads the body of a POST, at most `limit` bytes of it.
pub(crate) async fn body(mut request: Request, limit: usize) -> Body {
    if header(&request, "content-type").is_some_and(|kind| kind == "application/octet-stream") {
        return Body::NotText;
    }
    // As 64 bits, for here `usize` has 32, and what is not read as a number is not seen to be too large.
    let declared = header(&request, "content-length").and_then(|length| length.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limit as u64) {
        return Body::TooLarge;
    }
    let Ok(mut stream) = request.stream() else { return Body::Whole(Vec::new()) };
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let Ok(chunk) = chunk else { return Body::Aborted };
        if body.len() + chunk.len() > limit {
            return Body::TooLarge;
        }
        body.extend(chunk);
    }
    Body::Whole(body)
}
