//! Headers for other origins and for load balancers, as Node's `cors` and `cookie` write them.

use engine_io::{Cookie, Cors, Header, Origins, SameSite, takes_gzip};

const A: Option<&str> = Some("https://a.example");

fn header(name: &'static str, value: &str) -> Header {
    (name, value.to_owned())
}

fn allow(origin: &str) -> Header {
    header("access-control-allow-origin", origin)
}

fn vary() -> Header {
    header("vary", "Origin")
}

#[test]
fn origins() {
    let with = |origins: Origins| Cors { origins, ..Cors::default() };
    assert_eq!(with(Origins::Any).headers(A), [allow("*")]);
    assert_eq!(with(Origins::Any).headers(None), [allow("*")]);
    assert_eq!(with(Origins::Each).headers(A), [allow("https://a.example"), vary()]);
    assert_eq!(with(Origins::Each).headers(None), [vary()]);
    let one = with(Origins::One("https://b.example".to_owned()));
    assert_eq!(one.headers(A), [allow("https://b.example"), vary()]);
    let list = with(Origins::List(vec!["https://b.example".to_owned(), "https://a.example".to_owned()]));
    assert_eq!(list.headers(A), [allow("https://a.example"), vary()]);
    assert_eq!(list.headers(Some("https://a.example.evil")), [vary()]);
    assert_eq!(list.headers(None), [vary()]);
    assert!(list.allows("https://a.example") && !list.allows("https://c.example") && !one.allows("null"));
}

#[test]
fn all_that_can_be_said() {
    let cors = Cors {
        origins: Origins::One("https://a.example".to_owned()),
        credentials: true,
        methods: "GET,POST".to_owned(),
        allowed_headers: Some("x-one".to_owned()),
        exposed_headers: Some("x-two".to_owned()),
        max_age: Some(600),
    };
    let credentials = header("access-control-allow-credentials", "true");
    let exposed = header("access-control-expose-headers", "x-two");
    assert_eq!(cors.headers(A), [allow("https://a.example"), credentials.clone(), exposed.clone(), vary()]);
    assert_eq!(
        cors.preflight(A, Some("x-other")),
        [
            allow("https://a.example"),
            credentials,
            header("access-control-allow-methods", "GET,POST"),
            header("access-control-allow-headers", "x-one"),
            header("access-control-max-age", "600"),
            exposed,
            vary(),
            header("content-length", "0"),
        ]
    );
}

#[test]
fn a_preflight_is_told_what_it_asks_for() {
    let methods = || header("access-control-allow-methods", "GET,HEAD,PUT,PATCH,POST,DELETE");
    let length = || header("content-length", "0");
    let asked = || header("vary", "Access-Control-Request-Headers");
    let any = Cors::default();
    assert_eq!(any.preflight(A, None), [allow("*"), methods(), asked(), length()]);
    let headers = header("access-control-allow-headers", "content-type");
    assert_eq!(any.preflight(A, Some("content-type")), [allow("*"), methods(), headers, asked(), length()]);
    let list = Cors { origins: Origins::List(Vec::new()), ..Cors::default() };
    let both = header("vary", "Origin, Access-Control-Request-Headers");
    assert_eq!(list.preflight(A, None), [methods(), both, length()]);
}

#[test]
fn cookies() {
    assert_eq!(Cookie::default().header("a.any-0"), "io=a.any-0; Path=/; HttpOnly; SameSite=Lax");
    let bare =
        Cookie { name: "x".to_owned(), path: None, http_only: false, same_site: None, ..Cookie::default() };
    assert_eq!(bare.header("a"), "x=a");
    let full =
        Cookie { max_age: Some(60), secure: true, same_site: Some(SameSite::None), ..Cookie::default() };
    assert_eq!(full.header("a"), "io=a; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=None");
}

#[test]
fn encodings() {
    for yes in ["gzip", "br, gzip", "deflate, GZIP;q=0.5", "*", "gzip ; q=1"] {
        assert!(takes_gzip(yes), "{yes}");
    }
    for no in ["", "br", "identity", "gzip;q=0", "br, gzip; q=0.0", "gzipped"] {
        assert!(!takes_gzip(no), "{no}");
    }
}
