//! Pings, pongs and their timeouts, seen and unseen.

use engine_io::CloseReason::*;
use engine_io::{Config, Output};

use crate::rig::*;

#[test]
fn pings_and_pongs_by_polling() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        for ticket in [1, 3, 5] {
            rig.get(ticket);
            assert_eq!(rig.wait(299), []);
            assert_eq!(rig.wait(1), [paid(ticket, "2")]);
            assert_eq!(rig.post(ticket + 1, "3"), [ok(ticket + 1)]);
        }
    });
}

#[test]
fn pings_and_pongs_by_websocket() {
    both(|mode| {
        for mut rig in [Rig::websocket(mode, quick()), Rig::upgraded(mode, quick())] {
            let conn = rig.session.conn().unwrap();
            for _ in 0..3 {
                assert_eq!(rig.wait(300), [sent(conn, "2")]);
                assert_eq!(rig.text(conn, "3"), []);
            }
        }
    });
}

#[test]
fn timers_start_from_the_pong() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, quick());
        rig.wait(300);
        assert_eq!(rig.wait(150), []);
        rig.text(0, "3");
        assert_eq!(rig.next_timeout(), Some(START + 300 + 150 + 300));
    });
}

#[test]
fn only_a_pong_is_life() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, quick());
        rig.wait(300);
        assert_eq!(rig.wait(199), []);
        rig.text(0, "4hello");
        rig.text(0, "6");
        assert_eq!(rig.wait(1), [shut(0), closed(PingTimeout)]);
        assert!(rig.session.is_finished());
    });
}

#[test]
fn a_ping_timeout_by_polling() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        assert_eq!(rig.wait(500), [closed(PingTimeout)]);
        assert_eq!(rig.get(1), [unknown(1)]);

        let mut rig = Rig::polling(mode, quick());
        rig.wait(300);
        assert_eq!(rig.get(1), [paid(1, "2")]);
        rig.get(2);
        rig.start_post(3);
        assert_eq!(rig.wait(200), [bare(3, 400), paid(2, "1"), closed(PingTimeout)]);
    });
}

#[test]
fn a_late_timer_cannot_be_seen_by_polling() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.wait(300);
        rig.now += 200;
        assert_eq!(rig.get(1), [closed(PingTimeout), unknown(1)]);
    });
}

#[test]
fn an_early_timeout_does_nothing() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, quick());
        assert_eq!(rig.timeout(), []);
        rig.wait(300);
        assert_eq!(rig.timeout(), []);
        rig.now += 100;
        assert_eq!(rig.timeout(), []);
        assert_eq!(rig.next_timeout(), Some(START + 500));
    });
}

#[test]
fn a_ping_goes_over_with_the_upgrade() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.open_socket(7);
        rig.text(7, "2probe");
        assert_eq!(rig.wait(300), []);
        assert_eq!(rig.text(7, "5"), [Output::Upgraded, sent(7, "2")]);
        rig.text(7, "3");
        assert_eq!(rig.wait(300), [sent(7, "2")]);
    });
}

fn heard(rig: &mut Rig, at: u64) {
    assert_eq!(rig.step(|rig| rig.session.heard(&rig.config, at)), []);
}

#[test]
fn a_sleeper_wakes_once_a_period() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, lazy());
        assert_eq!(rig.wait(25_000), [sent(0, "2")]);
        for _ in 0..3 {
            let pinged = rig.now;
            assert_eq!(rig.next_timeout(), Some(pinged + 25_000));
            rig.now += 25_000;
            heard(&mut rig, pinged + 40);
            assert_eq!(rig.timeout(), [sent(0, "2")]);
        }
        rig.now += 25_000;
        assert_eq!(rig.timeout(), [shut(0), closed(PingTimeout)]);
    });
}

#[test]
fn a_sleeper_with_a_long_timeout_waits_for_it() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, Config { ping_timeout: 60_000, ..lazy() });
        rig.wait(25_000);
        assert_eq!(rig.next_timeout(), Some(START + 25_000 + 60_000));
        rig.now += 30_000;
        assert_eq!(rig.timeout(), []);
        rig.now += 30_000;
        assert_eq!(rig.timeout(), [shut(0), closed(PingTimeout)]);
    });
}

#[test]
fn a_sleeper_pings_early_to_share_a_round() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, lazy());
        rig.now += 12_499;
        assert_eq!(rig.timeout(), []);
        rig.now += 1;
        assert_eq!(rig.timeout(), [sent(0, "2")]);
        // A round soon after finds it waiting, and one after the deadline finds it dead.
        rig.now += 19_999;
        assert_eq!(rig.timeout(), []);
        rig.now += 1;
        assert_eq!(rig.timeout(), [shut(0), closed(PingTimeout)]);
    });
}

#[test]
fn an_old_pong_is_not_the_answer() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, lazy());
        rig.wait(25_000);
        heard(&mut rig, START + 24_999);
        assert_eq!(rig.next_timeout(), Some(START + 50_000));
        rig.now = START + 50_000;
        assert_eq!(rig.timeout(), [shut(0), closed(PingTimeout)]);

        let mut rig = Rig::websocket(mode, lazy());
        rig.wait(25_000);
        heard(&mut rig, START + 25_100);
        heard(&mut rig, START + 3);
        assert_eq!(
            rig.next_timeout(),
            Some(START + 50_000),
            "an interval after the ping, whenever its pong came"
        );
    });
}

#[test]
fn a_pong_that_is_seen_counts_for_a_sleeper_too() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, lazy());
        rig.wait(25_000);
        rig.now += 5;
        rig.text(0, "3");
        assert_eq!(rig.next_timeout(), Some(START + 50_000));
        assert_eq!(rig.wait(25_000 - 5), [sent(0, "2")]);
    });
}

#[test]
fn a_sleepers_polling_sessions_are_watched_closely() {
    both(|mode| {
        let mut rig = Rig::polling(mode, lazy());
        rig.now += 24_999;
        heard(&mut rig, START + 24_999);
        assert_eq!(rig.timeout(), []);
        rig.now += 1;
        rig.get(1);
        assert_eq!(rig.timeout(), [paid(1, "2")]);
        assert_eq!(rig.next_timeout(), Some(START + 45_000));
        // The runtime's pongs count from the upgrade on.
        rig.open_socket(7);
        rig.text(7, "5");
        assert_eq!(rig.next_timeout(), Some(START + 50_000));
        heard(&mut rig, START + 25_050);
        rig.now = START + 50_000;
        assert_eq!(rig.timeout(), [sent(7, "2")]);
    });
}

#[test]
fn a_restored_sleeper_remembers_what_it_is_told() {
    both(|mode| {
        let resumed = |round, heard_at| {
            let mut rig = Rig::websocket(mode, lazy());
            rig.now += 1_000_000;
            rig.step(|rig| rig.session.resume_heartbeat(&rig.config, round, heard_at));
            rig
        };
        let now = START + 1_000_000;
        // Pinged and answered.
        let rig = resumed(Some(now - 10_000), now - 9_900);
        assert_eq!(rig.next_timeout(), Some(now + 15_000));
        // Pinged and not answered.
        let mut rig = resumed(Some(now - 10_000), now - 35_000);
        assert_eq!(rig.next_timeout(), Some(now + 15_000));
        rig.now += 15_000;
        assert_eq!(rig.timeout(), [shut(0), closed(PingTimeout)]);
        // Due in the round to the millisecond, and not yet due in it: it is not dead for a ping that it never got.
        let rig = resumed(Some(now - 10_000), now - 22_500);
        assert_eq!(rig.next_timeout(), Some(now + 15_000));
        let mut rig = resumed(Some(now - 10_000), now - 22_499);
        assert_eq!(rig.next_timeout(), Some(now + 2_501));
        rig.now += 14_000;
        assert_eq!(rig.timeout(), [sent(0, "2")]);
        // Pinged in a round before that one: rounds that follow each other soon do not keep it alive.
        let mut rig = resumed(Some(now - 1_000), now - 45_000);
        assert_eq!(rig.timeout(), [shut(0), closed(PingTimeout)]);
        // Not known: it is asked again.
        let mut rig = resumed(None, now - 100_000);
        assert_eq!(rig.timeout(), [sent(0, "2")]);
        assert_eq!(rig.next_timeout(), Some(now + 25_000));
        // Opened after the round.
        let rig = resumed(Some(START - 1), 0);
        assert_eq!(rig.next_timeout(), Some(START + 25_000));
    });
}

#[test]
fn a_restored_polling_session_is_asked_again() {
    both(|mode| {
        let mut rig = Rig::polling(mode, lazy());
        rig.wait(25_000);
        rig.now += 100_000;
        rig.step(|rig| rig.session.resume_heartbeat(&rig.config, Some(START + 25_000), 0));
        assert_eq!(rig.timeout(), []);
        assert_eq!(rig.next_timeout(), Some(rig.now + 20_000));
        assert!(!rig.session.is_closed());
    });
}

#[test]
fn who_sleeps() {
    assert!(lazy().sleeps());
    assert!(Config { ping_interval: 10_000, ..quick() }.sleeps());
    assert!(!Config { ping_interval: 9_999, ..quick() }.sleeps());
}
