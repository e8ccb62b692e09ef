//! What machines count, and how it is told.
//!
//! A machine adds to a plain list of integers. A Room and a Queue give theirs to a Gateway, in a reply that they make
//! anyway; a Gateway keeps the sums in a row, since it loses its memory whenever it sleeps, and tells them to whoever asks.
//! docs/observability.md says what each of them means.

use codec::{Decode, Encode};
use engine_io::Millis;

use crate::wire::{self, WireError};

/// Upper ends of a histogram's buckets, in ms and as seconds; what is longer is in one more.
const BOUNDS: [(Millis, &str); 11] = [
    (1, "0.001"),
    (5, "0.005"),
    (10, "0.01"),
    (25, "0.025"),
    (50, "0.05"),
    (100, "0.1"),
    (250, "0.25"),
    (500, "0.5"),
    (1_000, "1"),
    (5_000, "5"),
    (Millis::MAX, "+Inf"),
];

/// How long things took: so many were within each bound and beyond the one before it; and how long all took together, ms.
#[derive(Clone, Copy)]
#[repr(usize)]
pub(crate) enum Histogram {
    /// Handlers.
    Handler = 0,
    /// Requests to Rooms.
    Exchange = BOUNDS.len() + 1,
}

const HISTOGRAMS: [(Histogram, &str); 2] =
    [(Histogram::Handler, "handler_seconds"), (Histogram::Exchange, "exchange_seconds")];

/// The number of the first that is no part of a histogram.
const FIRST: usize = HISTOGRAMS.len() * (BOUNDS.len() + 1);

/// Declares what is counted, by name. Its place in the list is its number in what is stored and sent: what is new goes to the end.
macro_rules! counts {
    ($($count:ident $name:literal)*) => {
        #[derive(Clone, Copy)]
        pub(crate) enum Count { $($count,)* }
        const NAMES: &[&str] = &[$($name,)*];
    };
}

counts! {
    // of a Gateway as it is now
    Connections "connections"
    Sockets "sockets"
    Rooms "rooms"
    HandlersRunning "handlers_running"
    EventsWaiting "events_waiting"
    ItemsWaiting "items_waiting"
    // of Gateways
    Starts "starts"
    Alarms "alarms"
    ConnectionsOpened "connections_opened"
    ConnectionsRefused "connections_refused"
    ConnectionsClosed "connections_closed"
    Violations "violations"
    SocketsConnected "sockets_connected"
    SocketsRefused "sockets_refused"
    SocketsDisconnected "sockets_disconnected"
    SocketsRecovered "sockets_recovered"
    EventsReceived "events_received"
    AcksReceived "acks_received"
    AcksSent "acks_sent"
    MessagesSent "messages_sent"
    HandlersFailed "handlers_failed"
    EventsRefused "events_refused"
    BroadcastsSent "broadcasts_sent"
    BroadcastsDelivered "broadcasts_delivered"
    BroadcastsDropped "broadcasts_dropped"
    Exchanges "exchanges"
    ExchangesFailed "exchanges_failed"
    Repairs "repairs"
    JobsReceived "jobs_received"
    // of Rooms
    RoomStarts "room_starts"
    RoomRequests "room_requests"
    RoomBroadcasts "room_broadcasts"
    RoomBroadcastsDropped "room_broadcasts_dropped"
    RoomMessagesStored "room_messages_stored"
    RoomMessagesKnown "room_messages_known"
    RoomRepairs "room_repairs"
    RoomExchangesFailed "room_exchanges_failed"
    RoomGatewaysExpelled "room_gateways_expelled"
    // of Queues
    QueueStarts "queue_starts"
    QueueRequests "queue_requests"
    QueueExchangesFailed "queue_exchanges_failed"
    JobsPushed "jobs_pushed"
    JobsHandedOut "jobs_handed_out"
    JobsDone "jobs_done"
    JobsTakenBack "jobs_taken_back"
    JobsDied "jobs_died"
}

/// So many of them are gauges.
const GAUGES: usize = Count::Starts as usize;

/// What one object has counted, by numbers; what is not there is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Counters(Vec<u64>);

impl Counters {
    #[inline(never)]
    fn add_at(&mut self, at: usize, more: u64) {
        if self.0.len() <= at {
            self.0.resize(FIRST + NAMES.len(), 0);
        }
        if let Some(value) = self.0.get_mut(at) {
            *value = value.wrapping_add(more);
        }
    }

    pub(crate) fn count(&mut self, what: Count) {
        self.add(what, 1);
    }

    pub(crate) fn add(&mut self, what: Count, more: u64) {
        self.add_at(FIRST + what as usize, more);
    }

    pub(crate) fn observe(&mut self, what: Histogram, time: Millis) {
        let bucket = BOUNDS.iter().take_while(|(bound, _)| *bound < time).count();
        self.add_at(what as usize + bucket, 1);
        self.add_at(what as usize + BOUNDS.len(), time);
    }

    /// Adds what another object has counted.
    pub(crate) fn add_all(&mut self, others: &Self) {
        for (at, more) in others.0.iter().enumerate().take(FIRST + NAMES.len()) {
            self.add_at(at, *more);
        }
    }

    fn at(&self, at: usize) -> u64 {
        self.0.get(at).copied().unwrap_or_default()
    }
}

/// How often a point is written, at most.
const POINT_EVERY: Millis = 60_000;

/// What a Gateway keeps of its counters in a row, and answers to whoever asks for them.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
pub struct Report {
    pub(crate) counters: Counters,
    /// What the last point had counted, and when that was.
    told: Counters,
    told_at: Millis,
    /// Whether it is in the list of those that there are.
    pub(crate) is_listed: bool,
    /// That list, if it keeps it: all beside itself.
    pub gateways: Vec<String>,
}

/// What is in a point: these, added up.
const POINT: [&[Count]; 18] = [
    &[Count::Connections],
    &[Count::Sockets],
    &[Count::Rooms],
    &[Count::ConnectionsOpened],
    &[Count::ConnectionsRefused, Count::SocketsRefused],
    &[Count::EventsReceived],
    &[Count::MessagesSent],
    &[Count::AcksSent],
    &[Count::AcksReceived],
    &[Count::HandlersFailed],
    &[Count::EventsRefused],
    &[Count::BroadcastsSent],
    &[Count::BroadcastsDropped, Count::RoomBroadcastsDropped],
    &[Count::ExchangesFailed, Count::RoomExchangesFailed, Count::QueueExchangesFailed],
    &[Count::Repairs, Count::RoomRepairs],
    &[Count::RoomMessagesStored],
    &[Count::JobsPushed],
    &[Count::JobsDone],
];

impl Report {
    /// What was counted since the last point, in the order of docs/observability.md, if it is time for the next: for a data
    /// set that adds up points, and takes 20 numbers. Of gauges it has what they are now, by `gauges`.
    pub(crate) fn point(&mut self, gauges: &Counters, at: Millis) -> Option<Vec<u64>> {
        if at < self.told_at.saturating_add(POINT_EVERY) {
            return None;
        }
        let told = std::mem::replace(&mut self.told, self.counters.clone()); // in which gauges are 0
        self.told_at = at;
        let since = |at: usize| gauges.at(at).wrapping_sub(told.at(at));
        let mut numbers = Vec::new();
        for counts in POINT {
            numbers.push(
                counts.iter().fold(0, |sum: u64, count| sum.wrapping_add(since(FIRST + *count as usize))),
            );
        }
        numbers.push((0..BOUNDS.len()).fold(0, |sum: u64, bucket| sum.wrapping_add(since(bucket))));
        numbers.push(since(BOUNDS.len()));
        Some(numbers)
    }
}

impl Report {
    /// The body of the request that asks for it.
    #[must_use]
    pub fn request() -> Vec<u8> {
        wire::encode_metrics()
    }

    /// The report of a reply.
    ///
    /// # Errors
    /// See [`WireError`].
    pub fn read(reply: &[u8]) -> Result<Self, WireError> {
        wire::decode(reply)
    }

    /// What a counter or gauge is at, by its name without `parlor_` and `_total`.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<u64> {
        let at = NAMES.iter().position(|known| *known == name)?;
        Some(self.counters.at(FIRST + at))
    }
}

/// These Gateways' reports, or that they can't be reached, in the text format of Prometheus.
#[must_use]
pub fn exposition(gateways: &[(String, Option<Report>)]) -> String {
    let mut text = Exposition(String::new());
    text.family("up", "", "gauge");
    for (gateway, report) in gateways {
        text.sample(("up", ""), gateway, "", if report.is_some() { "1" } else { "0" });
    }
    for (histogram, name) in HISTOGRAMS {
        text.family(name, "", "histogram");
        for (gateway, report) in gateways {
            let Some(Report { counters, .. }) = report else { continue };
            let first = histogram as usize;
            let mut count = 0;
            for (number, (_, bound)) in BOUNDS.iter().enumerate() {
                count += counters.at(first + number);
                text.sample((name, "_bucket"), gateway, bound, &count.to_string());
            }
            text.sample((name, "_count"), gateway, "", &count.to_string());
            text.sample((name, "_sum"), gateway, "", &seconds(counters.at(first + BOUNDS.len())));
        }
    }
    for (number, name) in NAMES.iter().enumerate() {
        let (suffix, kind) = if number < GAUGES { ("", "gauge") } else { ("_total", "counter") };
        text.family(name, suffix, kind);
        for (gateway, report) in gateways {
            let Some(Report { counters, .. }) = report else { continue };
            text.sample((name, suffix), gateway, "", &counters.at(FIRST + number).to_string());
        }
    }
    text.0
}

struct Exposition(String);

impl Exposition {
    fn push(&mut self, parts: &[&str]) {
        for part in parts {
            self.0.push_str(part);
        }
    }

    /// What the samples that follow are.
    fn family(&mut self, name: &str, suffix: &str, kind: &str) {
        self.push(&["# TYPE parlor_", name, suffix, " ", kind, "\n"]);
    }

    fn sample(&mut self, (name, suffix): (&str, &str), gateway: &str, le: &str, value: &str) {
        let before = if le.is_empty() { "" } else { "\",le=\"" };
        self.push(&["parlor_", name, suffix, "{gateway=\"", gateway, before, le, "\"} ", value, "\n"]);
    }
}

/// Milliseconds as seconds, without a float.
fn seconds(millis: u64) -> String {
    let thousandths = (millis % 1_000 + 1_000).to_string();
    [&(millis / 1_000).to_string(), ".", thousandths.get(1..).unwrap_or_default()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_told_as_seconds() {
        assert_eq!([0, 1, 25, 1_000, 60_250].map(seconds), ["0.000", "0.001", "0.025", "1.000", "60.250"]);
    }

    #[test]
    fn times_are_in_the_buckets_of_their_bounds() {
        let mut counters = Counters::default();
        for time in [0, 1, 2, 5, 6, 5_000, 5_001, 90_000] {
            counters.observe(Histogram::Exchange, time);
        }
        let first = Histogram::Exchange as usize;
        let buckets: Vec<u64> = (0..12).map(|number| counters.at(first + number)).collect();
        assert_eq!(buckets, [2, 2, 1, 0, 0, 0, 0, 0, 0, 1, 2, 100_015]);
        assert!((0..first).all(|at| counters.at(at) == 0), "the other one is not touched");
        for (millis, seconds) in BOUNDS.iter().take(10) {
            assert_eq!(seconds.parse::<f64>().unwrap() * 1_000.0, *millis as f64);
        }
    }

    #[test]
    fn what_others_have_counted_is_added() {
        let mut counters = Counters::default();
        counters.count(Count::JobsDied);
        counters.add(Count::Connections, 7);
        counters.observe(Histogram::Handler, 3);
        let mut all = Counters::default();
        all.add_all(&counters);
        all.add_all(&std::mem::take(&mut counters));
        assert_eq!(all.at(FIRST + Count::JobsDied as usize), 2);
        assert_eq!(all.at(FIRST + Count::Connections as usize), 14);
        assert_eq!((all.at(1), all.at(BOUNDS.len())), (2, 6));
        all.add_all(&counters);
        assert_eq!(all.at(FIRST + NAMES.len() - 1), 2, "nothing is more than nothing");
    }

    #[test]
    fn counters_that_this_code_does_not_know_are_left_out() {
        let mut counters = Counters::default();
        counters.add_all(&Counters(vec![1; 500]));
        assert_eq!(counters, Counters(vec![1; FIRST + NAMES.len()]));
    }

    /// The guide names each of them, and no others.
    #[test]
    fn the_guide_says_what_each_counts() {
        let guide = include_str!("../../../docs/observability.md");
        let tables =
            guide.split("### What they count").nth(1).unwrap().split("Some questions").next().unwrap();
        let cells = tables.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
        let told: Vec<&str> = cells
            .flat_map(|cell| cell.split('`').filter(|name| name.len() > 1 && !name.starts_with(',')))
            .collect();
        let mut known: Vec<&str> = NAMES.to_vec();
        known.push("up");
        known.extend(HISTOGRAMS.iter().map(|(_, name)| *name));
        for name in &known {
            assert!(told.contains(name), "docs/observability.md does not tell of {name}");
        }
        assert_eq!(told.len(), known.len(), "{told:?}");
    }
}
