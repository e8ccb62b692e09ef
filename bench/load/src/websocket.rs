//! WebSocket (RFC 6455), the part that a client needs: upgrade request, masked frames out, frames in.
//! No extension is offered, so frames are never compressed.

pub const TEXT: u8 = 1;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// It protects proxies, and there is none: one fixed mask, and one fixed key, are as good as random ones here.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// `path` has no query; `more` comes after the query that every client has.
pub fn upgrade_request(host: &str, path: &str, more: &str) -> String {
    format!(
        "GET {path}?EIO=4&transport=websocket{more} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n\
         Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// The length of the answer's head, once it is complete; or how it was refused.
pub fn upgraded(answer: &[u8]) -> Result<Option<usize>, String> {
    let Some(end) = answer.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(None) };
    if !answer.starts_with(b"HTTP/1.1 101") {
        let text = String::from_utf8_lossy(answer);
        return Err(format!("upgrade refused: {}", text.lines().next().unwrap_or("")));
    }
    Ok(Some(end + 4))
}

pub fn client_frame(op: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len() + 14);
    out.push(0x80 | op);
    match payload.len() {
        n if n < 126 => out.push(0x80 | n as u8),
        n if n < 65536 => {
            out.push(0x80 | 126);
            out.extend_from_slice(&(n as u16).to_be_bytes())
        }
        n => {
            out.push(0x80 | 127);
            out.extend_from_slice(&(n as u64).to_be_bytes())
        }
    }
    out.extend_from_slice(&MASK);
    out.extend(payload.iter().enumerate().map(|(i, b)| b ^ MASK[i & 3]));
    out
}

pub struct Frame<'a> {
    pub fin: bool,
    pub op: u8,
    pub payload: &'a [u8],
    /// Of the whole frame.
    pub len: usize,
}

/// The first frame of `b`, or None while it is not complete.
pub fn next_frame(b: &[u8]) -> Option<Frame<'_>> {
    let (head, size): (usize, usize) = match b.get(1)? & 127 {
        126 => (4, u16::from_be_bytes(b.get(2..4)?.try_into().unwrap()) as usize),
        127 => (10, u64::from_be_bytes(b.get(2..10)?.try_into().unwrap()) as usize),
        n => (2, n as usize),
    };
    let len = head.checked_add(size)?;
    Some(Frame { fin: b[0] & 0x80 != 0, op: b[0] & 15, payload: b.get(head..len)?, len })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upgrade_is_taken_when_its_head_is_complete() {
        let head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
        assert_eq!(upgraded(&head[..head.len() - 1]), Ok(None));
        assert_eq!(upgraded(&[&head[..], b"\x81\x01x"].concat()), Ok(Some(head.len())));
        let refused = upgraded(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(refused, Err("upgrade refused: HTTP/1.1 400 Bad Request".into()));
    }

    #[test]
    fn frames_of_every_length_form() {
        for n in [0, 125, 126, 65535, 65536] {
            let mut f = client_frame(TEXT, &vec![b'x'; n]);
            let head = f.len() - n - 4;
            f.drain(head..head + 4); // without the mask it is a server's frame, with masked content
            f[1] &= 127;
            let got = next_frame(&f).unwrap();
            assert!(got.fin && got.op == TEXT && got.payload.len() == n && got.len == f.len());
            assert!(next_frame(&f[..f.len() - 1]).is_none());
        }
    }
}
