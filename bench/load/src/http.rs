//! HTTP/1.1 over keep-alive connections, the part that a polling client needs.

/// `body` of None is a GET. No encodings are accepted, so bodies are never compressed.
pub fn request(host: &str, target: &str, body: Option<&str>) -> String {
    match body {
        None => format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n"),
        Some(body) => format!(
            "POST {target} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nContent-Type: text/plain;charset=UTF-8\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    }
}

#[derive(Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    /// Whether the connection takes another request.
    pub keeps: bool,
    /// How many bytes it is, of those that were given.
    pub len: usize,
}

/// The first answer in `bytes`; None while it is not complete.
pub fn answer(bytes: &[u8]) -> Result<Option<Answer>, String> {
    let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| "an answer whose head is not text")?;
    let start = end + 4;
    let (first, headers) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = first
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .ok_or_else(|| format!("not an answer of HTTP/1.1: {first}"))?;
    let header = |name: &str| {
        let mut lines = headers.split("\r\n").filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let body = if header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        chunks(&bytes[start..])?
    } else if let Some(length) = header("content-length") {
        let length: usize = length.parse().map_err(|_| format!("bad Content-Length: {length}"))?;
        bytes[start..].get(..length).map(|body| (body.to_vec(), length))
    } else if matches!(status, 204 | 304) {
        Some((vec![], 0))
    } else {
        return Err("an answer with neither Content-Length nor chunks".into());
    };
    let keeps = !header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    Ok(body.map(|(body, length)| Answer { status, body, keeps, len: start + length }))
}

/// A chunked body, and its length with all that frames it; None while it is not complete.
fn chunks(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, String> {
    let (mut body, mut at) = (vec![], 0);
    loop {
        let Some(line) = line(&bytes[at..]) else { return Ok(None) };
        let size = std::str::from_utf8(line).unwrap_or("").split(';').next().unwrap_or("").trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| format!("bad size of a chunk: {size:?}"))?;
        at += line.len() + 2;
        if size == 0 {
            break;
        }
        let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= size.saturating_add(2)) else {
            return Ok(None);
        };
        if &rest[size..size + 2] != b"\r\n" {
            return Err("a chunk that is longer than it said".into());
        }
        body.extend_from_slice(&rest[..size]);
        at += size + 2;
    }
    // Trailers, and the empty line after them.
    loop {
        let Some(line) = line(&bytes[at..]) else { return Ok(None) };
        at += line.len() + 2;
        if line.is_empty() {
            return Ok(Some((body, at)));
        }
    }
}

/// The first line, without its end.
fn line(bytes: &[u8]) -> Option<&[u8]> {
    bytes.windows(2).position(|w| w == b"\r\n").map(|end| &bytes[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Answer {
        for cut in 0..text.len() {
            assert_eq!(answer(&text.as_bytes()[..cut]), Ok(None), "cut at {cut}");
        }
        let taken = answer(format!("{text}HTTP/1.1 200").as_bytes()).unwrap().unwrap();
        assert_eq!(taken.len, text.len());
        taken
    }

    #[test]
    fn a_body_of_known_length() {
        let taken = whole("HTTP/1.1 200 OK\r\nServer: x\r\ncontent-length: 5\r\n\r\n6\x1e6\r\n");
        assert_eq!((taken.status, taken.body, taken.keeps), (200, b"6\x1e6\r\n".to_vec(), true));
    }

    #[test]
    fn a_body_in_chunks() {
        let text = "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n\
                    3\r\nab\r\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: z\r\n\r\n";
        let taken = whole(text);
        assert_eq!((taken.status, taken.body, taken.keeps), (400, b"ab\r0123456789".to_vec(), false));
    }

    #[test]
    fn no_body() {
        assert!(whole("HTTP/1.1 204 No Content\r\nX: y\r\n\r\n").body.is_empty());
    }

    #[test]
    fn what_is_no_answer() {
        for text in [
            "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
        ] {
            assert!(answer(text.as_bytes()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_request_says_how_long_it_is() {
        let text = request("127.0.0.1:3000", "/socket.io/?EIO=4", Some("40"));
        assert!(text.starts_with("POST /socket.io/?EIO=4 HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n"));
        assert!(text.ends_with("\r\nContent-Length: 2\r\n\r\n40"));
    }
}
