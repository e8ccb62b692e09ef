//! HTTP forms of what the machines ask and answer.

use engine_io::{Answer, Header, Method, Refusal, Request as EngineRequest, Route};
use futures_util::StreamExt;
use parlor::{App, Config, Cookie, Handshake};
use worker::{Request, Response, ResponseBuilder, Result, WebSocket};

/// What an Engine.IO request is about, owned.
pub(crate) struct Asked {
    method: Method,
    pub(crate) path: String,
    query: String,
    /// Whether it asks for a WebSocket.
    upgrade: bool,
    origin: Option<String>,
    /// What every answer says to other origins.
    cors: Vec<Header>,
}

impl Asked {
    pub(crate) fn of(request: &Request, config: &Config) -> Result<Self> {
        // Not `Request::url`, which brings along a whole parser for what the runtime has parsed.
        let url = request.inner().url();
        let query = url.split_once('#').map_or(url.as_str(), |(url, _)| url).split_once('?');
        let origin = header(request, "origin");
        let cors = config.engine.cors.as_ref().map(|cors| cors.headers(origin.as_deref()));
        Ok(Self {
            // `worker` takes a method that it does not know, PROPFIND for one, for a GET.
            method: match request.inner().method().as_str() {
                "GET" => Method::Get,
                "POST" => Method::Post,
                "OPTIONS" => Method::Options,
                _ => Method::Other,
            },
            path: request.path(),
            query: query.map_or_else(String::new, |(_, query)| query.to_owned()),
            upgrade: header(request, "upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket")),
            origin,
            cors: cors.unwrap_or_default(),
        })
    }

    pub(crate) fn engine(&self) -> EngineRequest<'_> {
        let origin = self.origin.as_deref();
        EngineRequest { method: self.method, query: &self.query, upgrade: self.upgrade, origin }
    }

    /// Where it goes. `allow` is asked when it opens a session.
    pub(crate) fn route(
        &self,
        config: &Config,
        allow: impl FnOnce() -> std::result::Result<(), String>,
    ) -> std::result::Result<Route, Refusal> {
        engine_io::route(&self.engine(), &config.engine, allow)
    }

    /// The answer to a CORS preflight, if it is one and the server has something to say.
    pub(crate) fn preflight(&self, request: &Request, config: &Config) -> Option<Result<Response>> {
        let cors = config.engine.cors.as_ref().filter(|_| self.method == Method::Options)?;
        let asked = header(request, "access-control-request-headers");
        let headers = cors.preflight(self.origin.as_deref(), asked.as_deref());
        let response = secured(ResponseBuilder::new().with_status(204));
        Some(response.and_then(|response| with_headers(response, headers)).map(ResponseBuilder::empty))
    }

    /// A response to begin with: what every answer says.
    pub(crate) fn response(&self, status: u16) -> Result<ResponseBuilder> {
        with_headers(secured(ResponseBuilder::new().with_status(status))?, self.cors.clone())
    }

    /// The answer to a refused request, in the form that its client expects.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Result<Response> {
        let (status, retry_after) = (refusal.upgrade_status(), refusal.retry_after());
        let (response, body) = if self.upgrade {
            // As on Node, where nothing but this is said.
            let response = secured(Response::builder().with_status(status))?;
            (response.with_header("content-type", "text/html")?, refusal.message().as_bytes().to_vec())
        } else {
            let answer = Answer::Refused(refusal);
            (self.answer_builder(&answer)?, answer.into_body())
        };
        let response = match retry_after {
            Some(seconds) => response.with_header("retry-after", &seconds.to_string())?,
            None => response,
        };
        Ok(response.with_header("content-length", &body.len().to_string())?.fixed(body))
    }

    /// An answer of the machine as a response.
    pub(crate) fn answer(&self, answer: Answer) -> Result<Response> {
        let response = self.answer_builder(&answer)?;
        let body = answer.into_body();
        // The Worker has to know it, and the runtime tells a length of its own to clients only.
        Ok(response.with_header("content-length", &body.len().to_string())?.fixed(body))
    }

    /// As [`answer`](Self::answer), to the handshake of this session.
    pub(crate) fn answer_handshake(
        &self,
        answer: Answer,
        cookie: Option<&Cookie>,
        sid: &str,
    ) -> Result<Response> {
        let mut response = self.answer_builder(&answer)?;
        if let Some(cookie) = cookie {
            response = response.with_header("set-cookie", &cookie.header(sid))?;
        }
        Ok(response.fixed(answer.into_body()))
    }

    fn answer_builder(&self, answer: &Answer) -> Result<ResponseBuilder> {
        let mut response = self.response(answer.status())?;
        // Node says so of what comes from a session.
        if matches!(answer, Answer::Payload(_) | Answer::Ok) {
            response = response.with_header("cache-control", "no-store")?;
        }
        match answer.content_type() {
            Some(content_type) => response.with_header("content-type", content_type),
            None => Ok(response),
        }
    }

    /// The answer that opens a WebSocket.
    pub(crate) fn websocket(&self, client: WebSocket) -> Result<Response> {
        Ok(self.response(101)?.with_websocket(client).empty())
    }

    /// What of the request is kept with the connection that it opens.
    pub(crate) fn handshake(&self, request: &Request, now: u64) -> Handshake {
        const KEPT: [&str; 7] =
            ["host", "origin", "user-agent", "accept-language", "cookie", "authorization", RAY];
        let headers = KEPT.iter().filter_map(|name| Some(((*name).to_owned(), header(request, name)?)));
        self.handshake_with(request, now, headers.collect())
    }

    /// Whether it is of no page, or of one that may talk to the server. (Browsers name no origin for a picture or a script,
    /// but say whether it is of another site.)
    pub(crate) fn is_of_allowed_origin(&self, app: &App, request: &Request) -> bool {
        let allowed = |origin: &str| app.allows_origin(origin, header(request, "host").as_deref());
        match &self.origin {
            Some(origin) => allowed(origin),
            None => match header(request, "sec-fetch-site").as_deref() {
                None | Some("same-origin" | "none") => true,
                Some(_) => allowed(""),
            },
        }
    }

    /// Whether the application lets the client open a connection.
    pub(crate) fn allowed(&self, app: &App, request: &Request, now: u64) -> std::result::Result<(), String> {
        let headers = request.headers().entries().collect();
        app.allows(&self.handshake_with(request, now, headers))
    }

    fn handshake_with(&self, request: &Request, now: u64, headers: Vec<(String, String)>) -> Handshake {
        Handshake { query: self.query.clone(), address: address(request), issued: now, headers }
    }
}

/// The header with the id of a request: Cloudflare's, or the Worker's own where that is not in front of it.
pub(crate) const RAY: &str = "cf-ray";

/// The id that a request came with. Off Cloudflare whoever sends it may write there what they like, but not much.
pub(crate) fn request_id(request: &Request) -> Option<String> {
    header(request, RAY).filter(|id| (1..=40).contains(&id.len()))
}

pub(crate) fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}

/// The client's address, as the platform tells it; empty where it does not.
pub(crate) fn address(request: &Request) -> String {
    header(request, "cf-connecting-ip").unwrap_or_default()
}

/// What every answer says to browsers: it is no page, nobody may frame it or take it for something else, and next time they
/// come by TLS.
pub(crate) fn secured(response: ResponseBuilder) -> Result<ResponseBuilder> {
    response
        .with_header("content-security-policy", "default-src 'none'; frame-ancestors 'none'")?
        .with_header("strict-transport-security", "max-age=31536000")?
        .with_header("x-content-type-options", "nosniff")
}

fn with_headers(mut response: ResponseBuilder, headers: Vec<Header>) -> Result<ResponseBuilder> {
    for (name, value) in headers {
        response = response.with_header(name, &value)?;
    }
    Ok(response)
}

/// Whether the body of a POST is said to be bytes.
pub(crate) fn is_binary(request: &Request) -> bool {
    header(request, "content-type").is_some_and(|kind| kind == "application/octet-stream")
}

/// How the body of a POST came.
pub(crate) enum Body {
    /// All of it.
    Whole(Vec<u8>),
    /// More than the limit; the rest was not read.
    TooLarge,
    /// The client went away.
    Aborted,
}

/// Reads the body of a POST, at most `limit` bytes of it.
pub(crate) async fn body(mut request: Request, limit: usize) -> Body {
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
