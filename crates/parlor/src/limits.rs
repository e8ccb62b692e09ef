//! How much one address and one connection may do: the settings, and the buckets that count.

use std::{borrow::Cow, rc::Rc};

use codec::{Decode, Encode};
use engine_io::Millis;
use litemap::LiteMap;

/// So many at once, and as many again, evenly, in the time.
///
/// ```
/// use parlor::{Bucket, Rate};
/// let rate = Rate::new(2, 1_000);
/// let mut bucket = Bucket::default();
/// assert_eq!(bucket.take(rate, 0), Ok(()));
/// assert_eq!(bucket.take(rate, 0), Ok(()));
/// assert_eq!(bucket.take(rate, 100), Err(400), "ms until there is one again");
/// assert_eq!(bucket.take(rate, 500), Ok(()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many; at least one.
    pub amount: u32,
    /// In so many milliseconds.
    pub per: Millis,
}

impl Rate {
    /// So many in so many milliseconds.
    #[must_use]
    pub const fn new(amount: u32, per: Millis) -> Self {
        Self { amount, per }
    }
}

/// A bucket of tokens, by the time when it will be full again, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Bucket(u64);

impl Bucket {
    /// Takes one token.
    ///
    /// # Errors
    /// There is none: how many milliseconds until there is one.
    pub fn take(&mut self, rate: Rate, now: Millis) -> Result<(), Millis> {
        let (now, capacity) = (now.saturating_mul(1000), rate.per.saturating_mul(1000));
        let cost = capacity / u64::from(rate.amount.max(1));
        let full_at = self.0.max(now).saturating_add(cost);
        let beyond = full_at.saturating_sub(now).saturating_sub(capacity);
        if beyond > 0 {
            return Err(beyond.div_ceil(1000));
        }
        self.0 = full_at;
        Ok(())
    }

    /// Whether it is as if nothing had ever been taken.
    #[must_use]
    pub fn is_full(&self, now: Millis) -> bool {
        self.0 <= now.saturating_mul(1000)
    }
}

/// Many buckets, each by its key. Those that are full are forgotten.
///
/// ```
/// use parlor::{Buckets, Rate};
/// let (mut guesses, rate) = (Buckets::default(), Rate::new(1, 1_000));
/// assert_eq!(guesses.take("192.0.2.7", rate, 0), Ok(()));
/// assert_eq!(guesses.left("192.0.2.7", rate, 400), Err(600));
/// assert_eq!(guesses.left("192.0.2.8", rate, 400), Ok(()));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Buckets {
    // Boxed, as the maps of a Gateway are, whose code it shares.
    known: LiteMap<Rc<str>, Box<Bucket>>,
    /// With how many it is looked whether some can be forgotten.
    sweep_at: usize,
}

impl Buckets {
    /// Takes one token from the bucket of this key.
    ///
    /// # Errors
    /// As [`Bucket::take`].
    pub fn take(&mut self, key: &str, rate: Rate, now: Millis) -> Result<(), Millis> {
        if let Some(bucket) = self.known.get_mut(key) {
            return bucket.take(rate, now);
        }
        if self.known.len() >= self.sweep_at.max(MANY) {
            self.known.retain(|_, bucket| !bucket.is_full(now));
            self.sweep_at = self.known.len() * 2;
        }
        let mut bucket = Bucket::default();
        let taken = bucket.take(rate, now);
        self.known.insert(key.into(), Box::new(bucket));
        taken
    }

    /// Whether a token could be taken, which is not done.
    ///
    /// # Errors
    /// As [`Bucket::take`].
    pub fn left(&self, key: &str, rate: Rate, now: Millis) -> Result<(), Millis> {
        self.known.get(key).map_or_else(Bucket::default, |bucket| **bucket).take(rate, now)
    }
}

/// How much one address may do at a Gateway, and one connection and one socket. By default what Node lets them, so no limit,
/// but for the two that keep one client from making objects without end. An address of IPv6 is its first 64 bits, which one
/// customer has. Where the client's address is not known, as off Cloudflare, those by address are not looked at.
///
/// Buckets are memory: they are full again when the object has slept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many connections an address may have at the same time. More are refused with status 429.
    pub connections_per_address: Option<usize>,
    /// How many connections an address may open. More are refused with status 429.
    pub handshakes_per_address: Option<Rate>,
    /// How many messages may come from an address. The connection that sends one more is closed.
    pub messages_per_address: Option<Rate>,
    /// How many messages may come by one connection. With one more it is closed.
    pub messages_per_connection: Option<Rate>,
    /// How many namespaces one connection may be in: 100. Another is refused by a CONNECT_ERROR.
    pub namespaces_per_connection: usize,
    /// How many rooms one socket may join, its own included: 1,000. With one more the event fails, with the error
    /// `too many rooms`.
    pub rooms_per_socket: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_per_address: None,
            handshakes_per_address: None,
            messages_per_address: None,
            messages_per_connection: None,
            namespaces_per_connection: 100,
            rooms_per_socket: 1_000,
        }
    }
}

/// What an address has and did lately.
#[derive(Clone, Copy, Debug, Default, Encode, Decode)]
struct Address {
    connections: usize,
    handshakes: Bucket,
    messages: Bucket,
}

/// From how many addresses on it is looked whether some can be forgotten.
const MANY: usize = 1024;

/// What all addresses have and did lately.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(crate) struct Addresses {
    known: LiteMap<Rc<str>, Box<Address>>,
    /// With how many it is looked next.
    sweep_at: usize,
}

impl Addresses {
    /// Whether this address may open one more connection.
    ///
    /// # Errors
    /// When it may again, in ms, if it leaves some.
    pub(crate) fn may_open(&mut self, limits: &Limits, address: &str, now: Millis) -> Result<(), Millis> {
        if limits.connections_per_address.is_none() && limits.handshakes_per_address.is_none() {
            return Ok(());
        }
        let Some(known) = self.entry(address, now) else { return Ok(()) };
        if limits.connections_per_address.is_some_and(|most| known.connections >= most) {
            return Err(WAIT);
        }
        limits.handshakes_per_address.map_or(Ok(()), |rate| known.handshakes.take(rate, now))
    }

    /// A connection of this address has opened.
    pub(crate) fn opened(&mut self, limits: &Limits, address: &str, now: Millis) {
        if limits.connections_per_address.is_some()
            && let Some(known) = self.entry(address, now)
        {
            known.connections += 1;
        }
    }

    /// A connection of this address has closed.
    pub(crate) fn closed(&mut self, address: &str) {
        if let Some(known) = self.known.get_mut(network_of(address).as_ref()) {
            known.connections = known.connections.saturating_sub(1);
        }
    }

    /// Whether one more message may come from this address.
    pub(crate) fn may_send(&mut self, limits: &Limits, address: &str, now: Millis) -> bool {
        let Some(rate) = limits.messages_per_address else { return true };
        self.entry(address, now).is_none_or(|known| known.messages.take(rate, now).is_ok())
    }

    fn entry(&mut self, address: &str, now: Millis) -> Option<&mut Address> {
        let key = network_of(address);
        if key.is_empty() {
            return None;
        }
        if !self.known.contains_key(key.as_ref()) {
            if self.known.len() >= self.sweep_at.max(MANY) {
                self.known.retain(|_, known| {
                    known.connections > 0 || !known.handshakes.is_full(now) || !known.messages.is_full(now)
                });
                self.sweep_at = self.known.len() * 2;
            }
            self.known.insert(key.as_ref().into(), Box::default());
        }
        self.known.get_mut(key.as_ref()).map(|known| &mut **known)
    }
}

/// How long to wait where it is not known when a connection will close.
const WAIT: Millis = 10_000;

/// What of an address is one customer's: all of one of IPv4, the first 64 bits of one of IPv6.
#[must_use]
pub fn network_of(address: &str) -> Cow<'_, str> {
    // One of IPv4 may be written in the form of the other.
    if !address.contains(':') || address.contains('.') {
        return address.into();
    }
    let (head, tail) = address.split_once("::").unwrap_or((address, ""));
    let groups = |part: &'_ str| part.split(':').filter(|group| !group.is_empty()).count();
    let zeros = 8_usize.saturating_sub(groups(head) + groups(tail));
    let all = head.split(':').chain(std::iter::repeat_n("0", zeros)).chain(tail.split(':'));
    let mut network = String::with_capacity(address.len());
    for group in all.filter(|group| !group.is_empty()).take(4) {
        network.push_str(group);
        network.push(':');
    }
    network.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_what_one_customer_has() {
        for (address, known) in [
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:"),
            ("2001:db8:1:2::9", "2001:db8:1:2:"),
            ("2001:db8::1", "2001:db8:0:0:"),
            ("2001:db8::3:4:5:6:7", "2001:db8:0:3:"),
            ("::1", "0:0:0:0:"),
            ("2001:db8::", "2001:db8:0:0:"),
            ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
            ("", ""),
        ] {
            assert_eq!(network_of(address), known, "{address}");
        }
    }

    #[test]
    fn an_address_has_so_many_connections_and_opens_so_many() {
        let limits = Limits {
            connections_per_address: Some(2),
            handshakes_per_address: Some(Rate::new(3, 3_000)),
            ..Limits::default()
        };
        let mut addresses = Addresses::default();
        for _ in 0..2 {
            assert_eq!(addresses.may_open(&limits, "a", 0), Ok(()));
            addresses.opened(&limits, "a", 0);
        }
        assert_eq!(addresses.may_open(&limits, "a", 0), Err(WAIT));
        assert_eq!(addresses.may_open(&limits, "b", 0), Ok(()), "others are counted by themselves");
        assert_eq!(addresses.may_open(&limits, "", 0), Ok(()), "whose address is not known");
        addresses.closed("a");
        assert_eq!(addresses.may_open(&limits, "a", 0), Ok(()));
        assert_eq!(addresses.may_open(&limits, "a", 100), Err(900));
        addresses.closed("nobody's");
    }

    #[test]
    fn addresses_that_do_nothing_are_forgotten() {
        let limits = Limits { handshakes_per_address: Some(Rate::new(1, 1_000)), ..Limits::default() };
        let mut addresses = Addresses::default();
        for n in 0..100_000_u64 {
            assert_eq!(addresses.may_open(&limits, &n.to_string(), n), Ok(()));
        }
        assert!(addresses.known.len() <= 2 * MANY, "{}", addresses.known.len());
    }

    proptest! {
        /// In no while of the rate's length are there more than twice the amount, and never more than it at once; and who
        /// keeps to the rate is never refused.
        #[test]
        fn a_bucket_gives_what_its_rate_says(
            amount in 1..50_u32,
            per in 1..10_000_u64,
            pauses in prop::collection::vec(0..500_u64, 1..300),
        ) {
            let rate = Rate::new(amount, per);
            let (mut bucket, mut now, mut taken) = (Bucket::default(), 0, Vec::new());
            for pause in pauses {
                now += pause;
                match bucket.take(rate, now) {
                    Ok(()) => taken.push(now),
                    Err(wait) => {
                        prop_assert!(wait > 0 && wait <= per);
                        prop_assert!(bucket.clone().take(rate, now + wait).is_ok());
                    }
                }
            }
            for (n, first) in taken.iter().enumerate() {
                let at_once = taken[n..].iter().take_while(|at| *at == first).count();
                let within = taken[n..].iter().take_while(|at| **at < first + per).count();
                prop_assert!(at_once <= amount as usize && within <= 2 * amount as usize);
            }
            let mut steady = Bucket::default();
            for n in 0..100 {
                let at = n * per.div_ceil(u64::from(amount));
                prop_assert!(steady.take(rate, at).is_ok());
            }
        }
    }
}
