//! The client's own files, `socket.io.js` and its kin: static assets, which get here the headers that Node serves them
//! with. No object is woken for them.

use worker::{Env, Request, Response, Result, web_sys};

use crate::http::{Asked, header};

/// The version of the client that the set-up has put beside the static files, which the build script tells.
const VERSION: Option<&str> = option_env!("PARLOR_CLIENT_VERSION");

const FILES: [&str; 8] = [
    "socket.io.js",
    "socket.io.js.map",
    "socket.io.min.js",
    "socket.io.min.js.map",
    "socket.io.esm.min.js",
    "socket.io.esm.min.js.map",
    "socket.io.msgpack.min.js",
    "socket.io.msgpack.min.js.map",
];

/// Which of the files this is, if it is one.
pub(crate) fn named(name: &str) -> Option<&'static str> {
    FILES.into_iter().find(|file| *file == name)
}

/// The file, or that the browser has it already.
pub(crate) async fn serve(
    file: &'static str,
    asked: &Asked,
    request: &Request,
    env: &Env,
) -> Result<Response> {
    let tag = VERSION.map(|version| format!("\"{version}\""));
    if let (Some(tag), Some(known)) = (&tag, header(request, "if-none-match"))
        && known.strip_prefix("W/").unwrap_or(&known) == tag
    {
        return Ok(asked.response(304)?.empty());
    }
    let Ok(assets) = env.assets("ASSETS") else { return Ok(asked.response(404)?.empty()) };
    // The host says nothing to a binding. (The raw request: `worker`'s brings along code for options.)
    let wanted = web_sys::Request::new_with_str(&format!("https://assets/socket.io/{file}"))?;
    let response = assets.fetch_request(Request::from(wanted)).await?;
    if response.status_code() != 200 {
        return Ok(response);
    }
    let kind = if file.ends_with(".map") { "json" } else { "javascript" };
    let mut headed = asked
        .response(200)?
        .with_header("cache-control", "public, max-age=0")?
        .with_header("content-type", &format!("application/{kind}; charset=utf-8"))?;
    if let Some(tag) = tag {
        headed = headed.with_header("etag", &tag)?;
    }
    let (_, body) = response.into_parts();
    Ok(headed.body(body))
}
