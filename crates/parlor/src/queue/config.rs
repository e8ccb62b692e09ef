//! The settings of a queue.

use std::borrow::Cow;

use engine_io::Millis;

/// The settings of a queue, or of those whose names are alike: see [`App::queue`](crate::App::queue). Times are in
/// milliseconds.
///
/// ```
/// use parlor::{QueueConfig, prelude::*};
/// let patient = QueueConfig { visibility: 300_000, attempts: 3, ..QueueConfig::default() };
/// let app = App::new().queue("reports", patient).queue("inbox:*", QueueConfig { prefetch: 20, ..QueueConfig::default() });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueConfig {
    /// How long a consumer has for a job until it goes to another: 30,000.
    pub visibility: Millis,
    /// How often a job is handed out until it goes to the dead letters: 5.
    pub attempts: u32,
    /// The pause after the first attempt that failed; it doubles with each: 1,000. 0: none.
    pub backoff: Millis,
    /// The longest pause: 60,000.
    pub backoff_max: Millis,
    /// How many jobs a consumer has at once: 1, at most 1,000.
    pub prefetch: u32,
    /// The event by which a consumer gets a job: `job`.
    pub event: Cow<'static, str>,
}

impl Default for QueueConfig {
    fn default() -> Self {
        Self {
            visibility: 30_000,
            attempts: 5,
            backoff: 1_000,
            backoff_max: 60_000,
            prefetch: 1,
            event: Cow::Borrowed("job"),
        }
    }
}

impl QueueConfig {
    /// The pause after so many attempts.
    pub(crate) fn pause(&self, attempts: u32) -> Millis {
        let doublings = attempts.saturating_sub(1).min(32);
        self.backoff.saturating_mul(1 << doublings).min(self.backoff_max)
    }
}
