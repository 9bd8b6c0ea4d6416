//! A map whose entries expire, so that no number of logins exhausts the memory.

use std::collections::{BTreeMap, HashMap};

/// The maximum number of entries; those that would expire first are evicted first. At full speed this
/// is several minutes' worth of logins.
const MAX_ENTRIES: usize = 100_000;

/// Values by key, each with an expiry in seconds since the epoch.
#[derive(Debug)]
pub(crate) struct Expiring<V> {
    entries: HashMap<String, Entry<V>>,
    /// Keys by expiry, then by insertion.
    order: BTreeMap<(i64, u64), String>,
    count: u64,
}

#[derive(Debug)]
struct Entry<V> {
    rank: (i64, u64),
    value: V,
}

impl<V> Default for Expiring<V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), order: BTreeMap::new(), count: 0 }
    }
}

impl<V> Expiring<V> {
    /// Adds or replaces a value, and removes expired ones.
    pub(crate) fn insert(&mut self, key: String, value: V, now: i64, until: i64) {
        self.remove(&key);
        self.sweep(now);
        let rank = (until, self.count);
        self.count += 1;
        self.order.insert(rank, key.clone());
        self.entries.insert(key, Entry { rank, value });
    }

    /// The value of `key`, unless it has expired.
    pub(crate) fn get_mut(&mut self, key: &str, now: i64) -> Option<&mut V> {
        let entry = self.entries.get_mut(key).filter(|entry| entry.rank.0 > now)?;
        Some(&mut entry.value)
    }

    /// Removes and returns the value of `key`.
    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        let entry = self.entries.remove(key)?;
        self.order.remove(&entry.rank);
        Some(entry.value)
    }

    /// The values that have not expired, in arbitrary order.
    #[cfg(feature = "control")]
    pub(crate) fn values(&self, now: i64) -> impl Iterator<Item = &V> {
        let valid = self.entries.values().filter(move |entry| entry.rank.0 > now);
        valid.map(|entry| &entry.value)
    }

    /// Removes and returns the matching values that have not expired.
    pub(crate) fn remove_where(&mut self, now: i64, matches: impl Fn(&V) -> bool) -> Vec<V> {
        let keys = self.order.iter().filter(|((until, _), _)| *until > now);
        let keys: Vec<_> = keys
            .map(|(_, key)| key)
            .filter(|key| self.entries.get(*key).is_some_and(|entry| matches(&entry.value)))
            .cloned()
            .collect();
        keys.iter().filter_map(|key| self.remove(key)).collect()
    }

    fn sweep(&mut self, now: i64) {
        while let Some(first) = self.order.first_entry() {
            if first.key().0 > now && self.entries.len() < MAX_ENTRIES {
                return;
            }
            self.entries.remove(&first.remove());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_removed_when_they_expire() {
        let mut map = Expiring::default();
        map.insert("a".into(), 1, 0, 10);
        assert_eq!(map.get_mut("a", 9), Some(&mut 1));
        assert_eq!(map.get_mut("a", 10), None);
        map.insert("b".into(), 2, 10, 20);
        assert_eq!((map.entries.len(), map.order.len()), (1, 1));
    }

    #[test]
    fn the_entries_that_expire_first_are_evicted_when_there_are_too_many() {
        let mut map = Expiring::default();
        for number in 0..MAX_ENTRIES + 5 {
            map.insert(number.to_string(), number, 0, 10);
        }
        assert_eq!((map.entries.len(), map.order.len()), (MAX_ENTRIES, MAX_ENTRIES));
        assert_eq!(map.get_mut("4", 0), None);
        assert_eq!(map.get_mut("5", 0), Some(&mut 5));
    }

    #[test]
    fn matching_entries_are_removed_unless_they_have_expired() {
        let mut map = Expiring::default();
        for (key, value, until) in [("a", 1, 10), ("b", 2, 20), ("c", 3, 30)] {
            map.insert(key.into(), value, 0, until);
        }
        assert_eq!(map.remove_where(10, |value| *value != 3), [2]);
        assert_eq!(map.get_mut("c", 10), Some(&mut 3));
    }

    #[test]
    fn a_replaced_entry_has_its_new_expiry() {
        let mut map = Expiring::default();
        map.insert("a".into(), 1, 0, 10);
        map.insert("a".into(), 2, 5, 15);
        map.insert("b".into(), 3, 12, 20);
        assert_eq!(map.get_mut("a", 12), Some(&mut 2));
    }
}
