//! A [`Map`] is a map, wherever it looked last.

use std::collections::BTreeMap;

use proptest::prelude::*;
use socket_io::{Map, find};

#[derive(Clone, Debug)]
enum Step {
    Insert(u8, u8),
    Remove(u8),
    Get(u8),
    Change(u8),
    Entry(u8, u8),
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0..24_u8; // few, so that most are met again
    prop_oneof![
        (key.clone(), any::<u8>()).prop_map(|(key, value)| Step::Insert(key, value)),
        key.clone().prop_map(Step::Remove),
        key.clone().prop_map(Step::Get),
        key.clone().prop_map(Step::Change),
        (key, any::<u8>()).prop_map(|(key, value)| Step::Entry(key, value)),
    ]
}

proptest! {
    #[test]
    fn it_answers_as_any_other_map(steps in prop::collection::vec(step(), 0..200)) {
        let (mut map, mut other) = (Map::default(), BTreeMap::new());
        for step in steps {
            match step {
                Step::Insert(key, value) => prop_assert_eq!(map.insert(key, value), other.insert(key, value)),
                Step::Remove(key) => prop_assert_eq!(map.remove(&key), other.remove(&key)),
                Step::Get(key) => prop_assert_eq!(find(&map, &key), other.get_key_value(&key)),
                Step::Change(key) => {
                    let (one, two) = (map.get_mut(&key), other.get_mut(&key));
                    prop_assert_eq!(&one, &two);
                    for value in one.into_iter().chain(two) {
                        *value = value.wrapping_add(1);
                    }
                }
                Step::Entry(key, value) => {
                    prop_assert_eq!(map.entry(key).or_insert(value), other.entry(key).or_insert(value));
                }
            }
            prop_assert!(map.iter().eq(other.iter()));
        }
        let written = codec::to_vec(&map);
        prop_assert_eq!(codec::from_bytes::<Map<u8, u8>>(&written), Some(map));
    }
}
