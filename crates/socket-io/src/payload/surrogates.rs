//! JavaScript's strings can hold half of a surrogate pair, as one that was cut in the middle of an emoji does. JSON writes
//! it as an escape, and passes it on; Rust's strings cannot hold it.

use std::borrow::Cow;

/// The JSON with U+FFFD in the place of each half, for a reader that would fail on one.
pub(crate) fn well_formed(json: &str) -> Cow<'_, str> {
    if !json.contains("\\ud") && !json.contains("\\uD") {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let (length, is_half) = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => (12, false),
            (Some(0xD800..=0xDFFF), _) => (6, true),
            _ => (2, false),
        };
        let Some((escape, after)) = escape.split_at_checked(length) else { break };
        out.push_str(if is_half { "\\ufffd" } else { escape });
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The UTF-16 unit of an escape `\uXXXX` at the beginning.
fn unit(escape: &str) -> Option<u16> {
    u16::from_str_radix(escape.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::well_formed;

    #[test]
    fn halves_are_replaced() {
        let cases = [
            (r#""a\ud83d""#, r#""a\ufffd""#),
            (r#""\udc00b""#, r#""\ufffdb""#),
            (r#""\uD83D\uDE00\ud83d""#, r#""\uD83D\uDE00\ufffd""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\\\ud83d\n""#, r#""\\\ufffd\n""#),
            (r#""\n\u00e9""#, r#""\n\u00e9""#),
        ];
        for (json, whole) in cases {
            assert_eq!(well_formed(json), whole);
            assert!(serde_json::from_str::<String>(&well_formed(json)).is_ok());
        }
        assert_eq!(well_formed("\\ud83"), "\\ud83"); // no JSON, and nothing of it is lost
    }
}
