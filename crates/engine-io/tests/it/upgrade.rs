//! From polling to WebSocket.

use engine_io::CloseReason::*;
use engine_io::{Config, Output, Transport};

use crate::rig::*;

#[test]
fn the_real_clients_way() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        assert_eq!(rig.open_socket(7), []);
        assert_eq!(rig.session.probe(), Some(7));
        assert_eq!(rig.text(7, "2probe"), [sent(7, "3probe"), paid(1, "6")]);
        assert_eq!(rig.text(7, "5"), [Output::Upgraded]);
        assert_eq!(rig.session.transport(), Some(Transport::WebSocket));
        assert_eq!((rig.session.conn(), rig.session.probe()), (Some(7), None));
        assert_eq!(rig.text(7, "4hello"), [message("hello")]);
        assert_eq!(rig.send("hello"), [sent(7, "4hello")]);
    });
}

#[test]
fn what_comes_late_is_refused() {
    both(|mode| {
        let mut rig = Rig::upgraded(mode, quick());
        assert_eq!(rig.get(1), [bad_request(1)]);
        assert_eq!(rig.start_post(2), [bad_request(2)]);
        assert_eq!(rig.post_body(2, "1"), []);
        assert_eq!(rig.open_socket(8), [shut(8)]);
        assert_eq!(rig.text(8, "2probe"), []);
        assert_eq!(rig.text(7, "4hello"), [message("hello")]);
    });
}

#[test]
fn a_get_after_the_probe_does_not_wait() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.open_socket(7);
        rig.text(7, "2probe");
        assert_eq!(rig.get(1), [paid(1, "6")]);
        rig.send("a");
        assert_eq!(rig.get(2), [paid(2, "4a")]);
        assert_eq!(rig.get(3), [paid(3, "6")]);
        assert_eq!(rig.text(7, "2probe"), [sent(7, "3probe")]);
    });
}

#[test]
fn the_outbox_goes_over_in_order() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.open_socket(7);
        rig.text(7, "2probe");
        rig.send("a");
        rig.send("b");
        assert_eq!(rig.text(7, "5"), [Output::Upgraded, sent(7, "4a"), sent(7, "4b")]);
        assert_eq!(rig.send("c"), [sent(7, "4c")]);
    });
}

#[test]
fn frames_of_the_turn_go_over_too() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.open_socket(7);
        rig.get(1);
        let outputs = rig.step(|rig| {
            rig.session.send(engine_io::Frame::text_message("a"));
            rig.session.handle_text(&rig.config, 7, "5", rig.now);
        });
        assert_eq!(outputs, [paid(1, "1"), Output::Upgraded, sent(7, "4a")]);
    });
}

#[test]
fn an_upgrade_without_a_probe() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        rig.open_socket(7);
        assert_eq!(rig.text(7, "5"), [paid(1, "1"), Output::Upgraded]);
        assert_eq!(rig.session.conn(), Some(7));
    });
}

#[test]
fn posts_work_meanwhile() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.open_socket(7);
        assert_eq!(rig.post(1, "4a"), [message("a"), ok(1)]);
        rig.text(7, "2probe");
        assert_eq!(rig.post(2, "4b"), [message("b"), ok(2)]);
        rig.start_post(3);
        rig.text(7, "5");
        assert_eq!(rig.start_post(4), [bad_request(4)]);
        assert_eq!(rig.post_body(3, "4c"), [message("c"), ok(3)]);
        assert_eq!(rig.text(7, "4d"), [message("d")]);
    });
}

#[test]
fn a_post_that_outlasts_the_upgrade_can_end_the_session() {
    both(|mode| {
        for (body, reason) in [("1", TransportClose), ("2", TransportError), ("", ParseError)] {
            let mut rig = Rig::polling(mode, quick());
            rig.open_socket(7);
            rig.start_post(1);
            rig.text(7, "5");
            assert_eq!(rig.post_body(1, body), [ok(1), shut(7), closed(reason)]);
        }
    });
}

#[test]
fn a_wrong_first_frame_costs_only_the_probe() {
    both(|mode| {
        for frame in ["4hello", "2", "2other", "3probe", "1", "6", "", "abc"] {
            let mut rig = Rig::polling(mode, quick());
            rig.get(1);
            rig.open_socket(7);
            assert_eq!(rig.text(7, frame), [shut(7)], "{frame}");
            assert_eq!(rig.text(7, "2probe"), []);
            assert_eq!(rig.send("a"), [paid(1, "4a")]);
            // And another may try.
            assert_eq!(rig.open_socket(8), []);
            assert_eq!(rig.text(8, "2probe"), [sent(8, "3probe")]);
        }
        let mut rig = Rig::polling(mode, quick());
        rig.open_socket(7);
        assert_eq!(rig.binary(7, vec![1]), [shut(7)]);
        rig.open_socket(8);
        let outputs = rig.binary(8, vec![0; 1_000_001]);
        assert_eq!(outputs, [Output::CloseSocket { conn: 8, code: Some(1009) }]);
        assert!(!rig.session.is_closed());
    });
}

#[test]
fn one_probe_at_a_time() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.open_socket(7);
        assert_eq!(rig.open_socket(8), [shut(8)]);
        assert_eq!(rig.text(8, "5"), []);
        assert_eq!(rig.text(7, "2probe"), [sent(7, "3probe")]);
    });
}

#[test]
fn a_probe_that_goes_leaves_the_session_polling() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.open_socket(7);
        rig.text(7, "2probe");
        assert_eq!(rig.socket_closed(7), []);
        assert_eq!(rig.get(1), []);
        assert_eq!(rig.send("a"), [paid(1, "4a")]);
    });
}

#[test]
fn an_unfinished_upgrade_times_out() {
    both(|mode| {
        let config = Config { upgrade_timeout: 800, ..lazy() };
        let mut rig = Rig::polling(mode, config);
        rig.now += 100;
        rig.open_socket(7);
        rig.text(7, "2probe");
        assert_eq!(rig.next_timeout(), Some(START + 900));
        assert_eq!(rig.wait(799), []);
        assert_eq!(rig.wait(1), [shut(7)]);
        assert_eq!(rig.session.probe(), None);
        assert_eq!(rig.next_timeout(), Some(START + 25_000));
        assert_eq!(rig.get(1), []);

        let mut rig = Rig::upgraded(mode, Config { upgrade_timeout: 800, ..lazy() });
        assert_eq!(rig.wait(5_000), []);
    });
}

#[test]
fn upgrades_can_be_switched_off() {
    both(|mode| {
        for config in [Config { allow_upgrades: false, ..quick() }, Config { websocket: false, ..quick() }] {
            let mut rig = Rig::polling(mode, config);
            assert_eq!(rig.open_socket(7), [shut(7)]);
            assert_eq!(rig.text(7, "5"), []);
        }
    });
}

#[test]
fn the_end_takes_the_probe_along() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        rig.open_socket(7);
        assert_eq!(rig.close(ForcedClose), [paid(1, "1"), shut(7), closed(ForcedClose)]);

        let mut rig = Rig::polling(mode, quick());
        rig.open_socket(7);
        assert_eq!(rig.close(ForcedClose), [shut(7), closed(ForcedClose)]);
        assert_eq!(rig.text(7, "5"), []);
        assert_eq!(rig.get(1), [paid(1, "1")]);

        let mut rig = Rig::polling(mode, quick());
        rig.open_socket(7);
        assert_eq!(rig.post(1, "1"), [ok(1), shut(7), closed(TransportClose)]);
    });
}
