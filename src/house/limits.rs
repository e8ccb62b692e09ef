//! How much one socket may do in a while, and what it is told when it has done so.

use parlor_worker::prelude::*;

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Say,
    Join,
    Open,
    Upload,
    Rename,
    Change,
    Search,
    Invite,
}

impl Deed {
    /// So many in so many seconds.
    const fn limit(self) -> (u32, u64) {
        match self {
            Self::Say | Self::Search => (10, 10),
            Self::Join => (60, 10), // somebody who is in many rooms comes back to all of them at once
            Self::Open => (5, 600),
            Self::Upload => (200, 60),
            Self::Rename => (3, 600),
            Self::Change => (30, 10),
            Self::Invite => (20, 600),
        }
    }
}

/// What a socket has done lately: for each deed, since when it is counted, and how often.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Limits([(u64, u32); 8]);

impl Limits {
    /// Counts one more, unless it is too much.
    pub(crate) fn count(&mut self, deed: Deed, now: u64) -> Result<(), Fault> {
        let (most, seconds) = deed.limit();
        let Some((since, done)) = self.0.get_mut(deed as usize) else { return Ok(()) };
        if *done == 0 || now.saturating_sub(*since) >= seconds * 1000 {
            (*since, *done) = (now, 0);
        }
        if *done >= most {
            let wait = (*since + seconds * 1000 - now).div_ceil(1000);
            let wait = if wait > 90 { format!("{} minutes", wait.div_ceil(60)) } else { format!("{wait} s") };
            return Err(Fault::new("slow down", format!("That was a lot at once. Please wait {wait}.")));
        }
        *done += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_in_a_while() {
        let mut limits = Limits::default();
        for _ in 0..10 {
            assert_eq!(limits.count(Deed::Say, 1_000), Ok(()));
        }
        let refusal = limits.count(Deed::Say, 3_500).unwrap_err().to_json();
        assert!(refusal.contains("slow down") && refusal.contains("wait 8 s"), "{refusal}");
        assert_eq!(limits.count(Deed::Change, 3_500), Ok(()), "others are counted by themselves");
        assert_eq!(limits.count(Deed::Say, 11_000), Ok(()));
    }
}
