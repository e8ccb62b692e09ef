//! Deploys: objects get other code one after another. Old and new do not understand each other meanwhile, and each reads
//! what was stored before it.

use parlor::Peer;

use super::{Event, World};
use crate::{model::Millis, random::Random};

/// How long it takes until all objects have it, at most.
const SPREAD: Millis = 20_000;

#[derive(Debug)]
pub(super) struct Releases {
    random: Random,
    /// After how many acts the first deploy is.
    after: Option<u64>,
    /// Whether that is rolled back, and what was wrong with it mended then.
    is_bad: bool,
    /// The edition that objects are to have, and that new ones have.
    pub(super) edition: u8,
}

impl Releases {
    pub(super) fn new(seed: u64, acts: u64) -> Self {
        let mut random = Random::new(seed ^ 0xdeb1_04ed);
        let after = random.chance(300).then(|| random.below(acts));
        let is_bad = random.chance(400);
        Self { random, after, is_bad, edition: 0 }
    }
}

impl World {
    /// The next deploy begins, if it is time.
    pub(super) fn release_if_due(&mut self) {
        match &mut self.releases.after {
            Some(0) => {
                self.releases.after = None;
                self.later(0, Event::Release(1));
                if self.releases.is_bad {
                    let back = self.releases.random.below(2 * SPREAD);
                    let forth = back + self.releases.random.below(2 * SPREAD);
                    self.later(back, Event::Release(0));
                    self.later(forth, Event::Release(2));
                }
            }
            Some(acts) => *acts -= 1,
            None => {}
        }
    }

    /// An edition is deployed.
    pub(super) fn release_edition(&mut self, edition: u8) {
        self.tell(|_| format!("edition {edition} is deployed"));
        self.releases.edition = edition;
        let spread = self.releases.random.below(SPREAD);
        let peers: Vec<Peer> = self.objects.keys().cloned().collect();
        for peer in peers {
            let delay = self.releases.random.below(spread);
            self.later(delay, Event::Restart(peer, edition));
        }
    }

    /// An object gets this edition, unless another has been deployed since.
    pub(super) fn restart(&mut self, peer: &Peer, edition: u8) {
        if edition != self.releases.edition {
            return;
        }
        let Some(object) = self.objects.get_mut(peer).filter(|object| object.edition != edition) else {
            return;
        };
        let is_newer = edition > std::mem::replace(&mut object.edition, edition);
        // The platform closes all connections; what is known of one that stays is to be read as well, by who can.
        let with_connections = !is_newer || self.releases.random.chance(500);
        self.counts.restarts += 1;
        self.kill(peer, with_connections);
    }
}
