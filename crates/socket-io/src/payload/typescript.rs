//! What payloads are in TypeScript, for declarations of an application's events.

use ts_rs::{Config, TS};

use super::{Binary, Payload, Raw};

macro_rules! is_written {
    ($($type:ty => $words:literal)*) => { $(
        impl TS for $type {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &Config) -> String {
                $words.to_owned()
            }

            fn inline(_: &Config) -> String {
                $words.to_owned()
            }
        }
    )* };
}

is_written! {
    Binary => "ArrayBuffer" // what a browser gets
    Raw => "unknown"
    Payload => "unknown[]"
}
