//! Sessions by WebSocket.

use bytes::Bytes;
use engine_io::CloseReason::*;
use engine_io::{Frame, Output};

use crate::rig::*;

#[test]
fn messages_go_both_ways() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, quick());
        assert_eq!(rig.text(0, "4hello"), [message("hello")]);
        assert_eq!(rig.binary(0, vec![1, 2, 3, 4]), [bytes(&[1, 2, 3, 4])]);
        assert_eq!(rig.binary(0, Bytes::new()), [bytes(&[])]);
        assert_eq!(rig.text(0, "bAQIDBA=="), [bytes(&[1, 2, 3, 4])]);
        assert_eq!(rig.send("hello"), [sent(0, "4hello")]);
        let frame = Frame::Binary(Bytes::from_static(&[1]));
        let outputs = rig.step(|rig| assert!(rig.session.send_volatile(&[frame.clone(), frame.clone()])));
        assert_eq!(outputs, vec![Output::Send { conn: 0, frame }; 2]);
    });
}

#[test]
fn what_means_nothing_is_ignored() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, quick());
        for packet in ["3", "3probe", "5", "6", "0", "0{}"] {
            assert_eq!(rig.text(0, packet), [], "{packet}");
        }
        assert_eq!(rig.text(1, "4from a stranger"), []);
        assert_eq!(rig.socket_closed(1), []);
        assert!(!rig.session.is_closed());
    });
}

#[test]
fn a_bad_frame_ends_the_session() {
    both(|mode| {
        let cases = [
            ("abc", ParseError),
            ("", ParseError),
            ("7", ParseError),
            ("b!", ParseError),
            ("2", TransportError),
            ("2probe", TransportError),
            ("1", TransportClose),
        ];
        for (frame, reason) in cases {
            let mut rig = Rig::websocket(mode, quick());
            assert_eq!(rig.text(0, frame), [shut(0), closed(reason)], "{frame}");
            assert!(rig.session.is_finished());
            assert_eq!(rig.text(0, "4late"), []);
            assert_eq!(rig.socket_closed(0), []);
            assert_eq!(rig.wait(60_000), []);
        }
    });
}

#[test]
fn a_frame_too_long_closes_with_1009() {
    both(|mode| {
        let outputs = [Output::CloseSocket { conn: 0, code: Some(1009) }, closed(TransportError)];
        let mut rig = Rig::websocket(mode, quick());
        assert_eq!(rig.binary(0, vec![0; 1_000_000]).len(), 1);
        assert_eq!(rig.binary(0, vec![0; 1_000_001]), outputs);
        let mut rig = Rig::websocket(mode, quick());
        assert_eq!(rig.text(0, &format!("4{}", "x".repeat(999_999))).len(), 1);
        assert_eq!(rig.text(0, &format!("4{}", "x".repeat(1_000_000))), outputs);
        assert!(rig.session.is_finished());
    });
}

#[test]
fn the_client_goes() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, quick());
        assert_eq!(rig.socket_closed(0), [closed(TransportClose)]);
        assert!(rig.session.is_finished());
        assert_eq!(rig.send("late"), []);
        assert_eq!(rig.next_timeout(), None);
    });
}

#[test]
fn the_server_closes() {
    both(|mode| {
        for reason in [ForcedClose, ServerShuttingDown, ForcedServerClose] {
            let mut rig = Rig::websocket(mode, quick());
            let outputs = rig.step(|rig| {
                rig.session.send(Frame::text_message("1"));
                rig.session.close(reason, rig.now);
            });
            assert_eq!(outputs, [sent(0, "41"), shut(0), closed(reason)]);
            assert!(rig.session.is_finished());
        }
    });
}

#[test]
fn requests_to_a_websocket_session_are_refused() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, quick());
        assert_eq!(rig.get(1), [bad_request(1)]);
        assert_eq!(rig.start_post(2), [bad_request(2)]);
        assert_eq!(rig.post_body(2, "4late"), []);
        assert_eq!(rig.open_socket(9), [shut(9)]);
        assert_eq!(rig.text(0, "4a"), [message("a")]);
    });
}

#[test]
fn reasons_have_nodes_names() {
    let reasons = [
        (TransportError, "transport error"),
        (TransportClose, "transport close"),
        (ForcedClose, "forced close"),
        (PingTimeout, "ping timeout"),
        (ParseError, "parse error"),
        (ServerShuttingDown, "server shutting down"),
        (ForcedServerClose, "forced server close"),
    ];
    for (reason, name) in reasons {
        assert_eq!(reason.as_str(), name);
    }
}
