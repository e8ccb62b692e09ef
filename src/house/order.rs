//! Lists in order.

use std::collections::BinaryHeap;

/// A list in the order of these keys; what has the same ones stays as it is. There is one sort for all types, by a heap: the
/// library's are 4 kB of wasm for each.
pub(crate) fn in_order<T>(list: Vec<T>, keys: impl for<'a> Fn(&'a T) -> (&'a str, &'a str)) -> Vec<T> {
    let order = order(list.iter().map(keys).collect());
    let mut list: Vec<Option<T>> = list.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| list.get_mut(at)?.take()).collect()
}

/// Where these keys are, in their order.
fn order(keys: Vec<(&str, &str)>) -> Vec<usize> {
    let keys = keys.into_iter().enumerate().map(|(at, (first, second))| (first, second, at));
    keys.collect::<BinaryHeap<_>>().into_sorted_vec().into_iter().map(|(.., at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_stay_as_they_are() {
        let list = vec![("b", "", 1), ("a", "y", 2), ("b", "", 3), ("a", "x", 4), ("b", "", 5)];
        let sorted = in_order(list, |(first, second, _)| (first, second));
        assert_eq!(sorted.iter().map(|(.., number)| *number).collect::<Vec<_>>(), [4, 2, 1, 3, 5]);
    }
}
