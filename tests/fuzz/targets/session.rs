//! A whole session by a script, kept and restored after every step; what must hold is in `script.rs` of engine-io's
//! tests. A script is lines. The first has letters for how it opens: `p` by polling, `s` sleeping between pings, `3` in
//! version 3, `b` without bytes. Each other is a step, the numbers of messages that are sent in the same turn before and
//! after it, and what the step needs: `T10 n2probe` is a text frame on the newest socket, a message sent before it.
#![no_main]

#[allow(dead_code)]
#[path = "../../../crates/engine-io/tests/it/rig.rs"]
mod rig;
#[path = "../../../crates/engine-io/tests/it/script.rs"]
mod script;

use engine_io::{Config, Dialect, Version};
use libfuzzer_sys::fuzz_target;

use crate::script::{Step, Turn, play};

const MAX_STEPS: usize = 100;

fuzz_target!(|input: &[u8]| {
    let input = String::from_utf8_lossy(input);
    let mut lines = input.split('\n');
    let opening = lines.next().unwrap_or_default();
    let has = |letter| opening.contains(letter);
    let config = Config { max_payload: 100, ..Config::default() };
    let config =
        if has('s') { config } else { Config { ping_interval: 9_000, ping_timeout: 6_000, ..config } };
    let version = if has('3') { Version::V3 } else { Version::V4 };
    let dialect = Dialect { version, base64: has('b'), jsonp: None };
    play(has('p'), &config, dialect, lines.filter_map(turn).take(MAX_STEPS).collect());
});

fn turn(line: &str) -> Option<Turn> {
    let mut chars = line.chars();
    let kind = chars.next()?;
    let mut sends = || chars.next().and_then(|digit| digit.to_digit(3)).unwrap_or_default() as usize;
    let (before, after) = (sends(), sends());
    chars.next();
    let rest = chars.as_str();
    let newest = rest.starts_with('n');
    let text = rest.get(1..).unwrap_or_default().to_owned();
    let number = rest.bytes().fold(0, |number: u64, byte| (number * 10 + u64::from(byte & 15)) % 60_000);
    let step = match kind {
        'G' => Step::Get,
        'g' => Step::AbortGet,
        'P' => Step::StartPost,
        'B' => Step::StartBinaryPost,
        'b' => Step::Post(rest.to_owned()),
        'l' => Step::PostTooLarge,
        'p' => Step::AbortPost,
        'O' => Step::OpenSocket,
        'T' => Step::Text { newest, text },
        'D' => Step::Binary { newest, len: number as usize % 120 },
        'X' => Step::CloseSocket { newest },
        'S' => Step::Send,
        'V' => Step::SendVolatile,
        'C' => Step::Close,
        'W' => Step::Wait(number),
        'H' => Step::Heard(number),
        'F' => Step::ForgetRequests,
        _ => return None,
    };
    Some(Turn { before, step, after })
}
