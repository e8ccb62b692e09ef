//! Two ends of a link, and what happens between them.

use super::*;
use proptest::prelude::*;

type End = Link<u32, u32>;

/// What has arrived, none of it in doubt.
fn sure(arrived: Vec<Arrived<u32>>) -> Vec<u32> {
    assert!(arrived.iter().all(|one| !one.doubtful), "{arrived:?}");
    arrived.into_iter().map(|one| one.item).collect()
}

fn through_storage(end: &End) -> End {
    codec::from_bytes(&codec::to_vec(end)).unwrap()
}

/// Two ends, which may be replaced after every step by what their stored form gives back.
struct Pair {
    a: End,
    b: End,
    stored: bool,
}

impl Pair {
    fn step<T>(&mut self, act: impl FnOnce(&mut End, &mut End) -> T) -> T {
        let result = act(&mut self.a, &mut self.b);
        if self.stored {
            self.a = through_storage(&self.a);
            self.b = through_storage(&self.b);
        }
        result
    }

    /// Runs a request of `a` to `b`; gives what each end handed on.
    fn exchange(&mut self) -> (Vec<u32>, Vec<u32>) {
        let Some(request) = self.step(|a, _| a.request()) else { return (vec![], vec![]) };
        let at_b = sure(self.step(|_, b| b.handle_request(request, LINGER)));
        let reply = self.step(|_, b| b.reply());
        (sure(self.step(|a, _| a.handle_reply(reply, LINGER))), at_b)
    }

    fn lapse(&mut self) {
        self.step(|a, _| a.handle_timeout(a.next_timeout().unwrap()));
    }
}

fn twice(test: impl Fn(&mut Pair)) {
    for stored in [false, true] {
        test(&mut Pair { a: End::new(1, 0), b: End::new(2, 0), stored });
    }
}

#[test]
fn items_go_both_ways_in_one_exchange() {
    twice(|pair| {
        pair.step(|a, _| a.push(1));
        pair.step(|_, b| b.push(10));
        pair.step(|_, b| b.push(11));
        assert_eq!(pair.exchange(), (vec![10, 11], vec![1]));
        assert_eq!(pair.exchange(), (vec![], vec![]));
    });
}

#[test]
fn one_request_is_in_flight_and_the_rest_waits_for_the_next() {
    twice(|pair| {
        pair.step(|a, _| a.push(1));
        let first = pair.step(|a, _| a.request()).unwrap();
        pair.step(|a, _| a.push(2));
        pair.step(|a, _| a.push(3));
        assert_eq!(pair.step(|a, _| a.request()), None);
        assert_eq!(sure(pair.step(|_, b| b.handle_request(first, LINGER))), [1]);
        pair.step(|a, b| a.handle_reply(b.reply(), LINGER));
        assert_eq!(pair.exchange(), (vec![], vec![2, 3]));
    });
}

#[test]
fn a_lost_request_and_a_lost_reply_are_both_made_good_once() {
    twice(|pair| {
        pair.step(|a, _| a.push(1));
        pair.step(|a, _| a.request()).unwrap();
        pair.step(|a, _| a.handle_failure(1000));
        assert_eq!(pair.step(|a, _| a.request()), None, "waits");
        pair.lapse();
        pair.step(|_, b| b.push(10));
        let request = pair.step(|a, _| a.request()).unwrap();
        assert_eq!(sure(pair.step(|_, b| b.handle_request(request, LINGER))), [1]);
        pair.step(|_, b| b.reply()); // lost
        pair.step(|a, _| a.handle_failure(2000));
        pair.lapse();
        assert_eq!(pair.exchange(), (vec![10], vec![]));
        assert!(pair.a.is_quiet());
    });
}

#[test]
fn what_arrives_early_waits() {
    twice(|pair| {
        pair.step(|gateway, _| gateway.push(1));
        let request = pair.step(|gateway, _| gateway.request()).unwrap();
        pair.step(|_, room| room.handle_request(request, LINGER));
        pair.step(|_, room| room.push(10));
        let late_reply = pair.step(|_, room| room.reply());
        pair.step(|_, room| room.push(11));
        let push = pair.step(|_, room| room.request()).unwrap();
        assert_eq!(sure(pair.step(|gateway, _| gateway.handle_request(push, LINGER))), [0u32; 0]);
        pair.step(|gateway, room| room.handle_reply(gateway.reply(), LINGER));
        // 11 is held there, and 10 is missing, or late: it is sent again, and the first of both counts.
        let again = pair.step(|_, room| room.request()).unwrap();
        assert_eq!(again.items.iter().map(|one| one.item).collect::<Vec<_>>(), [10]);
        assert_eq!(sure(pair.step(|gateway, _| gateway.handle_reply(late_reply, LINGER))), [10, 11]);
        assert_eq!(sure(pair.step(|gateway, _| gateway.handle_request(again, LINGER))), [0u32; 0]);
    });
}

#[test]
fn a_new_incarnation_is_noticed_and_gets_only_what_is_new() {
    twice(|pair| {
        pair.step(|a, _| a.push(1));
        pair.step(|_, b| b.push(10));
        pair.exchange();
        pair.a = End::new(3, 0);
        pair.step(|_, b| b.push(11));
        let request = pair.step(|_, b| b.request()).unwrap();
        assert_eq!(sure(pair.step(|a, _| a.handle_request(request, LINGER))), [11]);
        pair.step(|a, b| b.handle_reply(a.reply(), LINGER));
        pair.step(|a, _| a.push(4));
        assert_eq!(pair.exchange(), (vec![], vec![4]));
        assert!(pair.a.is_quiet());
    });
}

#[test]
fn what_another_incarnation_may_have_had_is_doubtful() {
    for (born, at, doubtful) in [(0, 1_000, true), (0, LINGER, false)] {
        let (mut a, mut b) = (End::new(1, 0), End::new(2, born));
        a.push(1);
        a.request().unwrap(); // lost
        a.handle_failure(0);
        a.push(2);
        a.handle_timeout(RETRY_MIN);
        let got = b.handle_request(a.request().unwrap(), at);
        assert_eq!(got, [Arrived { item: 1, doubtful }, Arrived { item: 2, doubtful: false }]);
        a.handle_reply(b.reply(), at);
        a.push(3);
        a.request().unwrap(); // lost, and with it the memory of the other end
        a.handle_failure(0);
        a.handle_timeout(RETRY_MIN);
        let mut b = End::new(3, 0);
        assert_eq!(b.handle_request(a.request().unwrap(), LINGER), [Arrived { item: 3, doubtful: true }]);
    }
}

#[test]
fn what_was_never_sent_can_be_taken_back() {
    twice(|pair| {
        pair.step(|a, _| a.push(1));
        pair.exchange();
        pair.step(|a, _| (a.push(2), a.push(3)));
        assert_eq!(pair.step(|a, _| a.withdraw(|item| *item != 3)), [0u32; 0], "not all of it may be");
        assert_eq!(pair.step(|a, _| a.withdraw(|_| true)), [2, 3]);
        pair.step(|a, _| a.push(4));
        assert_eq!(pair.exchange(), (vec![], vec![4]));
        pair.step(|a, _| a.push(5));
        pair.step(|a, _| a.request()).unwrap();
        assert_eq!(pair.step(|a, _| a.withdraw(|_| true)), [0u32; 0], "it is under way");
    });
}

proptest! {
    /// Whatever is lost, each end hands on everything, once, in order, in both modes.
    #[test]
    fn nothing_is_lost_doubled_or_swapped(steps in prop::collection::vec(0u8..8, 1..80), stored in any::<bool>()) {
        let (mut a, mut b) = (End::new(1, 0), End::new(2, 0));
        let (mut at_a, mut at_b) = (Vec::new(), Vec::new());
        let (mut from_a, mut from_b) = (0, 0);
        let mut now = LINGER;
        let run = |a: &mut End, b: &mut End, at_a: &mut Vec<u32>, at_b: &mut Vec<u32>, fate: u8, now: u64| {
            let Some(request) = a.request() else { return };
            if fate == 1 { return a.handle_failure(now) }
            at_b.extend(sure(b.handle_request(request, now)));
            let reply = b.reply();
            if fate == 2 { return a.handle_failure(now) }
            at_a.extend(sure(a.handle_reply(reply, now)));
        };
        for step in steps {
            now += 10_000;
            a.handle_timeout(now);
            b.handle_timeout(now);
            match step {
                0 => { from_a += 1; a.push(from_a) }
                1 => { from_b += 1; b.push(from_b) }
                2..=4 => run(&mut a, &mut b, &mut at_a, &mut at_b, step - 2, now),
                _ => run(&mut b, &mut a, &mut at_b, &mut at_a, step - 5, now),
            }
            if stored {
                a = through_storage(&a);
                b = through_storage(&b);
            }
        }
        for _ in 0..3 {
            now += 10_000;
            a.handle_timeout(now);
            b.handle_timeout(now);
            run(&mut a, &mut b, &mut at_a, &mut at_b, 0, now);
            run(&mut b, &mut a, &mut at_b, &mut at_a, 0, now);
        }
        prop_assert_eq!(at_b, (1..=from_a).collect::<Vec<_>>());
        prop_assert_eq!(at_a, (1..=from_b).collect::<Vec<_>>());
    }
}

#[test]
fn who_is_gone_takes_nothing_along() {
    twice(|pair| {
        let mut gone = End::new(1, 0);
        gone.push(9);
        let late = gone.request().unwrap();
        pair.a = End::new(3, 0);
        pair.step(|a, _| a.push(1));
        pair.exchange();
        pair.step(|_, b| b.push(10));
        assert_eq!(
            sure(pair.step(|_, b| b.handle_request(late.clone(), LINGER))),
            [0u32; 0],
            "what it says is old"
        );
        assert!(pair.step(|_, b| b.reply()).items.is_empty());
        pair.step(|a, _| a.push(2));
        assert_eq!(pair.exchange(), (vec![10], vec![2]));
    });
}

/// As by a clock that was ahead: its successor is taken for old, whoever asks whom first, until it knows.
#[test]
fn who_was_born_with_a_smaller_number_is_heard_all_the_same() {
    for (ahead, behind) in [(9, 2), (9, 9)] {
        for asks_first in [true, false] {
            let mut pair = Pair { a: End::new(1, 0), b: End::new(ahead, 0), stored: false };
            pair.a.push(1);
            pair.exchange();
            pair.b = End::new(behind, 0);
            if asks_first {
                pair.b.push(10);
                let request = pair.b.request().unwrap();
                pair.a.handle_request(request, LINGER);
                let reply = pair.a.reply();
                pair.b.handle_reply(reply, LINGER);
            }
            pair.a.push(2);
            pair.b.push(11);
            let (mut at_a, mut at_b) = (Vec::new(), Vec::new());
            let mut exchanges = 0;
            while !(pair.a.is_quiet() && at_b.contains(&2) && at_a.contains(&11)) {
                let (to_a, to_b) = pair.exchange();
                at_a.extend(to_a);
                at_b.extend(to_b);
                exchanges += 1;
                if let Some(request) = pair.b.request() {
                    at_a.extend(pair.a.handle_request(request, LINGER).into_iter().map(|one| one.item));
                    let reply = pair.a.reply();
                    at_b.extend(pair.b.handle_reply(reply, LINGER).into_iter().map(|one| one.item));
                }
                assert!(exchanges < 5, "{ahead} {behind} {asks_first}: {at_a:?} {at_b:?}");
            }
        }
    }
}
