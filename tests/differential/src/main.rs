//! Decodes and encodes by request: one JSON object per line comes in, one JSON value per line goes out, in order.
//! `question.rs` and `answer.rs` are what is said, `native.mjs` is the other end.

mod answer;
mod question;
mod values;

use std::error::Error;
use std::io::{BufRead, BufReader, BufWriter, Write, stdin, stdout};

use engine_io::payload::{self, v3};
use engine_io::{Frame, Message, decode_text};
use socket_io::{Decoder, Packet, Payload};

use crate::answer::Answer;
use crate::question::{PacketIn, Question, Wire};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let mut input = BufReader::with_capacity(1 << 16, stdin().lock());
    let mut output = BufWriter::with_capacity(1 << 16, stdout().lock());
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        serde_json::to_writer(&mut output, &answer(serde_json::from_str(&line)?)?)?;
        output.write_all(b"\n")?;
        // Whoever asks a single question waits for its answer.
        if input.buffer().is_empty() {
            output.flush()?;
        }
        line.clear();
    }
    Ok(output.flush()?)
}

fn answer(question: Question) -> Result<Answer, Failure> {
    Ok(match question {
        Question::Decode { parser, messages } => {
            let mut decoder = Decoder::new(parser.into());
            let mut steps = Vec::new();
            for message in messages {
                let step = decoder.decode(message.message());
                steps.push(Answer::step(&step));
                if step.is_err() {
                    break;
                }
            }
            Answer::Steps(steps)
        }
        Question::Encode { parser, packet, values } => {
            let packet = match build(packet, values) {
                Ok(packet) => packet,
                Err(error) => return Ok(Answer::refused(error)),
            };
            match socket_io::Parser::from(parser).encode(&packet) {
                Ok(frames) => Answer::Frames(frames.into_iter().map(Wire::from).collect()),
                Err(error) => Answer::refused(error),
            }
        }
        Question::Packets { version: 4, body: Wire::Text(body) } => Answer::packets(payload::packets(&body)),
        Question::Packets { version: 4, body: Wire::Binary(_) } => {
            return Err("version 4 has no binary body".into());
        }
        Question::Packets { body: Wire::Text(body), .. } => Answer::packets(v3::packets(&body)),
        Question::Packets { body: Wire::Binary(body), .. } => Answer::packets(v3::packets_binary(&body)),
        Question::Packet { text } => Answer::packets([decode_text(&text)]),
        Question::Body { version, binary, messages } => {
            let frames: Vec<Frame> = messages.into_iter().map(Wire::frame).collect();
            let binary = if binary { v3::encode_binary(&frames) } else { None };
            Answer::Frames(vec![match (binary, version) {
                (Some(body), _) => Wire::Binary(body.into()),
                (None, 4) => Wire::Text(payload::encode(&frames)),
                (None, _) => Wire::Text(v3::encode(&frames)),
            }])
        }
    })
}

/// The packet to encode. Its arguments are taken as they are, or built of values, as an application does.
fn build(packet: PacketIn, by_values: bool) -> Result<Packet, Failure> {
    let PacketIn { kind, nsp, id, name, args, attachments, data } = packet;
    let args = match (args, by_values) {
        (Some(args), true) => values::payload(&args, &attachments)?,
        (args, _) => Payload::from_raw(&args.unwrap_or_default(), attachments)?,
    };
    Ok(match kind {
        0 => Packet::Connect { nsp, data },
        1 => Packet::Disconnect { nsp },
        2 => Packet::Event { nsp, id, name: name.unwrap_or_default(), args },
        3 => Packet::Ack { nsp, id: id.ok_or("an acknowledgement has an id")?, args },
        _ => Packet::ConnectError { nsp, data: data.unwrap_or_default() },
    })
}

impl Wire {
    fn message(self) -> Message {
        match self {
            Self::Text(text) => Message::Text(text),
            Self::Binary(data) => Message::Binary(data),
        }
    }

    fn frame(self) -> Frame {
        match self {
            Self::Text(text) => Frame::text_message(&text),
            Self::Binary(data) => Frame::Binary(data),
        }
    }
}

impl From<Frame> for Wire {
    fn from(frame: Frame) -> Self {
        match frame {
            Frame::Text(text) => Self::Text(text.to_string()),
            Frame::Binary(data) => Self::Binary(data),
        }
    }
}
