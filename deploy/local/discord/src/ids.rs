//! Snowflakes. Ids of things that happen carry their time, as Discord's do (topics: reference,
//! "Snowflakes"); ids of things that are named (people, channels, roles) come from the name, so
//! two runs agree on them.

use jiff::Timestamp;

/// First millisecond of Discord's epoch, 2015-01-01T00:00:00Z.
const EPOCH_MS: i64 = 1_420_070_400_000;

/// Gives out ids that grow, even within one millisecond.
#[derive(Debug, Default)]
pub(crate) struct Snowflakes {
    last: u64,
}

impl Snowflakes {
    pub(crate) fn next(&mut self, now: Timestamp) -> u64 {
        let since_epoch = now.as_millisecond().saturating_sub(EPOCH_MS);
        let by_time = u64::try_from(since_epoch).unwrap_or(0) << 22;
        self.last = by_time.max(self.last + 1);
        self.last
    }
}

/// The id of a named thing: the same name gives the same 18 digits for ever (FNV-1a).
#[must_use]
pub fn stable_id(label: &str) -> u64 {
    let hash = label
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    100_000_000_000_000_000 + hash % 800_000_000_000_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_within_one_millisecond_and_carry_the_time() {
        let now: Timestamp = "2023-11-14T22:13:20Z".parse().unwrap();
        let mut ids = Snowflakes::default();
        let (first, second) = (ids.next(now), ids.next(now));
        assert_eq!(second, first + 1);
        assert_eq!((first >> 22) as i64 + EPOCH_MS, now.as_millisecond());
    }

    #[test]
    fn names_keep_their_id() {
        assert_eq!(stable_id("user:ana"), stable_id("user:ana"));
        assert_ne!(stable_id("user:ana"), stable_id("user:ben"));
        // In the settings that `make run` writes.
        let written = ["guild", "role:approver", "role:admin"].map(stable_id);
        assert_eq!(written, [234_879_599_021_777_600, 694_472_237_547_306_644, 107_688_409_062_073_720]);
    }
}
