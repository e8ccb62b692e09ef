//! The whole system in one process: Gateways, Rooms, a Queue and clients in virtual time, over a network that delays, loses and
//! reorders, on objects that sleep and die. All of it comes from one seed, and so it happens again with the same seed.
//!
//! `cargo test -p parlor --test simulation` runs many seeds; `npm run simulate -- --seeds 1000000` more of them, and
//! `npm run simulate -- --seed 7` one, with its story.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "in tests a panic is a failure, and what is printed tells of it"
)]

mod app;
mod client;
mod jobs;
mod journal;
mod model;
mod object;
mod random;
mod world;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use parlor::sabotage::{Mistake, make};
use world::{Counts, World};

/// Runs a seed; the story of what went wrong if something did.
fn run(seed: u64) -> Result<Counts, String> {
    match World::new(seed, false).run() {
        Ok(counts) => Ok(counts),
        Err(error) => {
            let mut again = World::new(seed, true);
            let told = again.run().err().unwrap_or_else(|| "and not again: it is not reproducible".into());
            Err(format!("seed {seed}: {error}\n{}\nseed {seed}: {told}", again.story()))
        }
    }
}

/// What makes mistakes is found out: each of these is switched on, and some seed of the first thousand fails.
#[test]
fn mistakes_are_found() {
    for mistake in Mistake::ALL {
        make(Some(mistake));
        let found =
            (0..1_000).find_map(|seed| World::new(seed, false).run().err().map(|words| (seed, words)));
        make(None);
        println!("{mistake:?}: {found:?}");
        assert!(found.is_some(), "{mistake:?}");
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn nothing_is_lost_doubled_or_swapped() {
    if let Ok(seed) = std::env::var("SIMULATE_SEED") {
        let mut world = World::new(seed.parse().unwrap(), true);
        let result = world.run();
        println!("{}", world.story());
        println!("{result:#?}");
        assert!(result.is_ok());
        return;
    }
    let (from, seeds) = (number("SIMULATE_FROM", 0), number("SIMULATE_SEEDS", 2_000));
    let started = Instant::now();
    let next = AtomicU64::new(from);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<Result<Counts, String>> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| some_seeds(&next, from + seeds))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let mut total = Counts::default();
    for result in results {
        match result {
            Ok(counts) => total.add(&counts),
            Err(story) => panic!("{story}"),
        }
    }
    println!("{seeds} seeds in {:.1} s: {total:?}", started.elapsed().as_secs_f64());
}

fn some_seeds(next: &AtomicU64, end: u64) -> Result<Counts, String> {
    let mut total = Counts::default();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return Ok(total);
        }
        if seed % 10_000 == 9_999 {
            println!("seed {seed}…");
        }
        match run(seed) {
            Ok(counts) => total.add(&counts),
            Err(story) => {
                next.store(end, Ordering::Relaxed);
                return Err(story);
            }
        }
    }
}
