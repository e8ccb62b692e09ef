//! Every single latency is kept; quantiles are exact.

/// Tenths of a microsecond.
#[derive(Default)]
pub struct Latencies(Vec<u32>);

const MOST: usize = 20_000_000;

impl Latencies {
    pub fn add(&mut self, ns: u64) {
        if self.0.len() < MOST {
            self.0.push((ns / 100).min(u32::MAX as u64) as u32)
        }
    }
    /// Microseconds; None when nothing was measured.
    pub fn quantile(&mut self, q: f64) -> Option<f64> {
        if self.0.is_empty() {
            return None;
        }
        let k = ((self.0.len() - 1) as f64 * q).round() as usize;
        Some(*self.0.select_nth_unstable(k).1 as f64 / 10.0)
    }
}

/// The middle one, or the mean of the two in the middle; None of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[half]),
        _ => Some((sorted[half - 1] + sorted[half]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_exact() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.quantile(0.5), None);
        (0..=100).rev().for_each(|n| latencies.add(n * 1000));
        assert_eq!(latencies.quantile(0.5), Some(50.0));
        assert_eq!(latencies.quantile(0.99), Some(99.0));
    }

    #[test]
    fn medians_of_few() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0]), Some(2.5));
    }
}
