//! What has to be stored, and what a restart leaves.

use engine_io::CloseReason::*;

use crate::rig::*;

fn dirty(rig: &mut Rig) -> bool {
    let dirty = rig.session.take_dirty();
    assert!(!rig.session.take_dirty());
    dirty
}

#[test]
fn an_opening_is_stored() {
    both(|mode| {
        assert!(dirty(&mut Rig::polling(mode, quick())));
        assert!(dirty(&mut Rig::websocket(mode, quick())));
    });
}

#[test]
fn websocket_traffic_is_not_stored() {
    both(|mode| {
        let mut rig = Rig::websocket(mode, quick());
        dirty(&mut rig);
        rig.text(0, "4a");
        rig.binary(0, vec![1]);
        rig.send("a");
        rig.wait(300);
        rig.text(0, "3");
        rig.get(1);
        rig.open_socket(1);
        assert!(!dirty(&mut rig));
        rig.socket_closed(0);
        assert!(dirty(&mut rig));
    });
}

#[test]
fn a_polling_clients_outbox_is_stored() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        dirty(&mut rig);
        rig.get(1);
        rig.post(2, "4a\x1e3");
        assert!(!dirty(&mut rig));
        rig.send("goes at once");
        assert!(!dirty(&mut rig));
        rig.send("waits");
        assert!(dirty(&mut rig));
        rig.send("waits too");
        assert!(dirty(&mut rig));
        // Else a restart would deliver it again.
        rig.get(3);
        assert!(dirty(&mut rig));
        rig.get(4);
        rig.send("goes at once");
        assert!(!dirty(&mut rig));
    });
}

#[test]
fn each_step_of_an_upgrade_is_stored() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        dirty(&mut rig);
        rig.open_socket(7);
        assert!(dirty(&mut rig));
        rig.text(7, "2probe");
        assert!(dirty(&mut rig));
        rig.text(7, "2probe");
        assert!(!dirty(&mut rig));
        rig.socket_closed(7);
        assert!(dirty(&mut rig));
        rig.open_socket(8);
        dirty(&mut rig);
        rig.text(8, "5");
        assert!(dirty(&mut rig));
    });
}

#[test]
fn the_end_is_stored() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        dirty(&mut rig);
        rig.close(ForcedClose);
        assert!(dirty(&mut rig));
        rig.get(1);
        assert!(dirty(&mut rig));
        rig.get(2);
        assert!(!dirty(&mut rig));
    });
}

#[test]
fn requests_do_not_survive_a_restart() {
    both(|mode| {
        let mut rig = Rig::polling(mode, quick());
        rig.get(1);
        rig.start_post(2);
        rig.step(|rig| rig.session.forget_requests());
        assert_eq!(rig.post_body(2, "4lost"), []);
        assert_eq!(rig.get(3), []);
        assert_eq!(rig.post(4, "4a"), [message("a"), ok(4)]);
        assert_eq!(rig.send("a"), [paid(3, "4a")]);
    });
}
