//! Packets of Socket.IO as msgpack, from a stranger: nothing panics, and a packet that was taken can be written again, by
//! either parser, and means the same.
#![no_main]

use bytes::Bytes;
use engine_io::Message;
use libfuzzer_sys::fuzz_target;
use parlor_fuzz::{Values, there_and_back};
use socket_io::{Decoder, MAX_ATTACHMENTS, Packet, Parser};

fuzz_target!(|input: &[u8]| {
    let message = Message::Binary(Bytes::copy_from_slice(input));
    let Ok(Some(packet)) = Decoder::new(Parser::MsgPack).decode(message) else { return };
    let expected = Values::of(&packet).expect("what was taken can be read");
    let back = there_and_back(Parser::MsgPack, &packet).expect("what was taken can be written");
    assert_eq!(Values::of(&back.expect("what was written can be taken")).as_ref(), Some(&expected));

    // As text fewer attachments are allowed, and some namespaces cannot be written.
    if let Packet::Event { nsp, args, .. } | Packet::Ack { nsp, args, .. } = &packet
        && args.attachments().len() <= MAX_ATTACHMENTS
        && nsp.starts_with('/')
        && !nsp.contains(',')
    {
        let back = there_and_back(Parser::Json, &packet).expect("text can carry anything");
        assert_eq!(Values::of(&back.expect("what was written can be taken")), Some(expected));
    }
});
