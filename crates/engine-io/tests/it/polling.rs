//! Sessions by HTTP long-polling.

use bytes::Bytes;
use engine_io::CloseReason::*;
use engine_io::Frame;

use crate::rig::*;

#[test]
fn a_get_waits_for_a_frame() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        assert_eq!(rig.get(1), []);
        assert_eq!(rig.send("hello"), [paid(1, "4hello")]);
        assert_eq!(rig.send("a"), []);
        assert_eq!(rig.send("b"), []);
        assert_eq!(rig.get(2), [paid(2, "4a\x1e4b")]);
        assert_eq!(rig.get(3), []);
    });
}

#[test]
fn frames_of_one_turn_share_a_payload() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        let outputs = rig.step(|rig| {
            rig.session.send(Frame::text_message("hello"));
            rig.session.send(Frame::Binary(Bytes::from_static(&[1, 2, 3, 4])));
        });
        assert_eq!(outputs, [paid(1, "4hello\x1ebAQIDBA==")]);
    });
}

#[test]
fn a_post_brings_messages() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        let outputs = rig.post(2, "4hello\x1ebAQIDBA==\x1e4");
        assert_eq!(outputs, [message("hello"), bytes(&[1, 2, 3, 4]), message(""), ok(2)]);
        assert_eq!(rig.post(3, "0\x1e3\x1e5\x1e6"), [ok(3)]);
        assert_eq!(rig.post(4, b"4\xff"), [message("\u{fffd}"), ok(4)]);
        assert!(!rig.session.is_closed());
    });
}

#[test]
fn an_echo_goes_with_the_get_that_waits() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        rig.start_post(2);
        rig.session.handle_post(&rig.config, 2, b"4a\x1e4b", rig.now);
        let mut answers = Vec::new();
        while let Some(output) = rig.session.poll_output() {
            match output {
                engine_io::Output::Message(engine_io::Message::Text(text)) => {
                    rig.session.send(Frame::text_message(&text));
                }
                other => answers.push(other),
            }
        }
        assert_eq!(answers, [ok(2), paid(1, "4a\x1e4b")]);
    });
}

#[test]
fn overlapping_gets_end_the_session() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        assert_eq!(rig.get(2), [bare(2, 400), paid(1, "1"), closed(TransportError)]);
        assert!(rig.session.is_finished());
        assert_eq!(rig.get(3), [unknown(3)]);
    });
}

#[test]
fn overlapping_posts_end_the_session() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        rig.start_post(2);
        let outputs = rig.start_post(3);
        assert_eq!(outputs, [bare(3, 400), bare(2, 400), paid(1, "1"), closed(TransportError)]);
        assert_eq!(rig.post_body(2, "4late"), []);
        assert_eq!(rig.post_body(3, "4late"), []);
        assert_eq!(rig.start_post(4), [unknown(4)]);
    });
}

#[test]
fn a_bad_post_is_answered_ok_and_ends_the_session() {
    both(|mode| {
        let cases = [
            ("abc", ParseError),
            ("", ParseError),
            ("4a\x1e", ParseError),
            ("b!", ParseError),
            ("2", TransportError),
            ("2probe", TransportError),
        ];
        for (body, reason) in cases {
            let mut rig = Rig::polling(mode, quick());
            rig.get(1);
            let outputs = rig.post(2, body);
            let end = outputs.len() - 3;
            assert_eq!(outputs[end..], [ok(2), paid(1, "1"), closed(reason)], "{body}");
            assert!(outputs[..end].iter().all(|output| *output == message("a")));
            assert_eq!(rig.get(3), [unknown(3)]);
        }
    });
}

#[test]
fn packets_before_a_bad_one_count() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        assert_eq!(rig.post(1, "4a\x1eabc\x1e4b"), [message("a"), ok(1), closed(ParseError)]);
    });
}

#[test]
fn the_client_closes() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        assert_eq!(rig.post(2, "1\x1e4a"), [ok(2), paid(1, "6"), closed(TransportClose)]);
        assert!(rig.session.is_finished());
        assert_eq!(rig.get(3), [unknown(3)]);
    });
}

#[test]
fn a_body_too_long_is_refused_and_the_session_lives() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        let mut body = vec![b'x'; 1_000_001];
        body[0] = b'4';
        assert_eq!(rig.post(1, &body), [bare(1, 413)]);
        assert_eq!(rig.start_post(2), []);
        assert_eq!(rig.step(|rig| rig.session.handle_post_too_large(2)), [bare(2, 413)]);
        assert_eq!(rig.post(3, &body[..1_000_000]).last(), Some(&ok(3)));
        assert!(!rig.session.is_closed());
    });
}

#[test]
fn a_binary_body_ends_the_session() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        let outputs = rig.step(|rig| rig.session.handle_post_started(1, true));
        assert_eq!(outputs, [bare(1, 400), closed(TransportError)]);
        assert_eq!(rig.post_body(1, "4a"), []);
    });
}

#[test]
fn an_aborted_get_ends_the_session() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        rig.send("a");
        // That one was answered; its connection may go.
        assert_eq!(rig.step(|rig| rig.session.handle_poll_aborted(1)), []);
        rig.get(2);
        assert_eq!(rig.step(|rig| rig.session.handle_poll_aborted(2)), [closed(TransportError)]);
        assert_eq!(rig.get(3), [unknown(3)]);
    });
}

#[test]
fn an_aborted_post_ends_the_session() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        rig.start_post(2);
        assert_eq!(rig.step(|rig| rig.session.handle_post_aborted(9)), []);
        let outputs = rig.step(|rig| rig.session.handle_post_aborted(2));
        assert_eq!(outputs, [paid(1, "1"), closed(TransportError)]);
    });
}

#[test]
fn the_server_closes_with_a_get_waiting() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        let outputs = rig.step(|rig| {
            rig.session.send(Frame::text_message("1"));
            rig.session.close(ForcedServerClose, rig.now);
        });
        assert_eq!(outputs, [paid(1, "41"), closed(ForcedServerClose)]);
        assert_eq!(rig.close(ForcedClose), []);
        assert!(!rig.session.is_finished(), "beside a close packet the client would not look at `41`");
        assert_eq!(rig.get(2), [paid(2, "1")]);
        assert!(rig.session.is_finished());

        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        assert_eq!(rig.close(ForcedClose), [paid(1, "1"), closed(ForcedClose)]);
        assert!(rig.session.is_finished());
    });
}

#[test]
fn the_close_packet_waits_for_a_get() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.send("bye");
        rig.start_post(1);
        assert_eq!(rig.close(ForcedClose), [ok(1), closed(ForcedClose)]);
        assert!(rig.session.is_closed() && !rig.session.is_finished());
        // The session takes nothing more, but the client is left in peace.
        assert_eq!(rig.post_body(1, "4late"), []);
        assert_eq!(rig.start_post(2), [ok(2)]);
        assert_eq!(rig.post_body(2, "4late"), []);
        assert_eq!(rig.open_socket(1), [shut(1)]);
        assert_eq!(rig.send("late"), []);
        assert!(!rig.session.send_volatile(&[Frame::text_message("late")]));
        assert_eq!(rig.close(ForcedClose), []);
        assert_eq!(rig.wait(29_999), []);
        assert!(!rig.session.is_finished());
        assert_eq!(rig.get(3), [paid(3, "4bye")]);
        assert_eq!(rig.get(4), [paid(4, "1")]);
        assert!(rig.session.is_finished());
        assert_eq!(rig.next_timeout(), None);
        assert_eq!(rig.get(5), [unknown(5)]);
    });
}

#[test]
fn the_close_packet_waits_thirty_seconds() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.close(ServerShuttingDown);
        assert_eq!(rig.next_timeout(), Some(START + 30_000));
        assert_eq!(rig.wait(30_000), []);
        assert!(rig.session.is_finished());

        // Also when the timer is late.
        let mut rig = Rig::polling(mode, quick());
        rig.close(ServerShuttingDown);
        rig.now += 30_000;
        assert_eq!(rig.get(1), [unknown(1)]);
    });
}

#[test]
fn volatile_frames_need_a_get_that_waits() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        let frames = [Frame::text_message("a"), Frame::text_message("b")];
        assert!(!rig.session.send_volatile(&frames));
        rig.get(1);
        let outputs = rig.step(|rig| {
            assert!(rig.session.send_volatile(&frames));
            assert!(rig.session.send_volatile(&frames[..1]));
        });
        assert_eq!(outputs, [paid(1, "4a\x1e4b\x1e4a")]);
        assert!(!rig.session.send_volatile(&frames));
        assert_eq!(rig.get(2), []);
    });
}

#[test]
fn a_client_that_never_polls_is_disconnected() {
    both(|mode| {
        let large = "x".repeat(1_000_000);
        let mut rig = Rig::polling(mode, quick());
        for _ in 0..3 {
            assert_eq!(rig.send(&large), []);
        }
        assert_eq!(rig.send(&large), [closed(TransportError)]);
        assert!(rig.session.is_finished());

        // With a GET waiting there is no limit: it all goes.
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        let outputs = rig.step(|rig| (0..5).for_each(|_| rig.session.send(Frame::text_message(&large))));
        assert_eq!(outputs, [paid(1, &encode(&vec![Frame::text_message(&large); 5]))]);
    });
}
