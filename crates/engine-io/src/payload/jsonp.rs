//! What is around a body for clients that poll by script tags and post by forms, as old browsers have to.

use crate::{http::query_value, quoted};

/// The script that hands the body to the client's callback, which is given by digits alone.
pub(crate) fn encode(callback: &str, body: &str) -> String {
    // In a script, unlike in JSON, two characters end a line.
    let json = quoted(body).replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    format!("___eio[{callback}]({json});")
}

/// The body in a form's field `d`, whose line ends the client has escaped, since forms change them.
pub(crate) fn decode(form: &str) -> Option<String> {
    let data = query_value(form, "d")?;
    let mut body = String::with_capacity(data.len());
    let mut rest = data.as_ref();
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at_checked(at)?;
        body.push_str(before);
        let (text, after) = if let Some(after) = escape.strip_prefix("\\\\n") {
            ("\\n", after)
        } else if let Some(after) = escape.strip_prefix("\\n") {
            ("\n", after)
        } else {
            ("\\", escape.strip_prefix('\\')?)
        };
        body.push_str(text);
        rest = after;
    }
    body.push_str(rest);
    Some(body)
}
