//! What of HTTP stands around Engine.IO: queries, and the headers that other origins and load balancers want.

mod cookie;
mod cors;

use std::borrow::Cow;

pub use cookie::{Cookie, SameSite};
pub use cors::{Cors, Header, Origins};

/// The keys and values of a query, decoded; a key without `=` has the empty value. Of a key that comes twice Node takes
/// the last.
pub fn query_pairs(query: &str) -> impl DoubleEndedIterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (percent_decode(name), percent_decode(value))
    })
}

/// The value of a key in a query.
pub(crate) fn query_value<'a>(query: &'a str, key: &str) -> Option<Cow<'a, str>> {
    query_pairs(query).rev().find_map(|(name, value)| (name == key).then_some(value))
}

/// Whether the value of an `accept-encoding` has gzip in it.
pub fn takes_gzip(accept_encoding: &str) -> bool {
    accept_encoding.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        is_gzip && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// Decodes `%20` and `+`. What is no escape stays as it is; what is not UTF-8 becomes U+FFFD.
fn percent_decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    rest = after;
                }
                _ => decoded.push(byte),
            },
            (b'+', _) => decoded.push(b' '),
            _ => decoded.push(byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
