//! How much somebody may have: stores, and what they take of a cluster.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// CPU, memory and disk of stores, as their plans say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Thousandths of a processor.
    #[serde(rename = "cpu")]
    pub cpu_millis: u64,
    #[serde(rename = "memory")]
    pub memory_mib: u64,
    #[serde(rename = "disk")]
    pub disk_mib: u64,
}

impl Size {
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// What is left of it while a store sleeps.
    #[must_use]
    pub fn asleep(self) -> Self {
        Self { disk_mib: self.disk_mib, ..Self::default() }
    }
}

/// The most somebody may have. 0: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    pub stores: u32,
    pub size: Size,
    pub creations_per_hour: u32,
    /// What a sleeping store counts as among `stores`, in hundredths; all of them together are rounded up. Of its
    /// size it takes its disk alone.
    pub asleep_percent: u32,
}

/// What somebody has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    pub stores: u32,
    pub size: Size,
}

/// How many stores count, of which so many sleep.
#[must_use]
pub fn counted(stores: u32, asleep: u32, percent: u32) -> u32 {
    let part = u64::from(asleep) * u64::from(percent);
    stores.saturating_sub(asleep).saturating_add(u32::try_from(part.div_ceil(100)).unwrap_or(u32::MAX))
}

impl Used {
    /// Counts one more store.
    pub fn add(&mut self, size: Size) {
        let Size { cpu_millis, memory_mib, disk_mib } = &mut self.size;
        self.stores = self.stores.saturating_add(1);
        *cpu_millis = cpu_millis.saturating_add(size.cpu_millis);
        *memory_mib = memory_mib.saturating_add(size.memory_mib);
        *disk_mib = disk_mib.saturating_add(size.disk_mib);
    }
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Size { cpu_millis, memory_mib, disk_mib } = self.size;
        let (cpu, memory, disk) = (Millis(cpu_millis), Mebibytes(memory_mib), Mebibytes(disk_mib));
        write!(f, "{} stores, {cpu} CPU, {memory} memory, {disk} disk", self.stores)
    }
}

/// One side of the scales beside the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub used: Used,
    pub quota: Quota,
}

/// What a quota is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resource {
    Stores,
    Cpu,
    Memory,
    Disk,
}

impl Resource {
    pub const ALL: [Self; 4] = [Self::Stores, Self::Cpu, Self::Memory, Self::Disk];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stores => "stores",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Disk => "disk",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }

    /// An amount of it, in the unit it is counted in here, for people.
    #[must_use]
    pub fn show(self, amount: u64) -> String {
        match self {
            Self::Stores => amount.to_string(),
            Self::Cpu => Millis(amount).to_string(),
            Self::Memory | Self::Disk => Mebibytes(amount).to_string(),
        }
    }
}

impl Share {
    /// What is used and what may be, in the resource's own unit. 0 as limit: none.
    #[must_use]
    pub fn of(&self, resource: Resource) -> (u64, u64) {
        let Self { used, quota } = self;
        match resource {
            Resource::Stores => (used.stores.into(), quota.stores.into()),
            Resource::Cpu => (used.size.cpu_millis, quota.size.cpu_millis),
            Resource::Memory => (used.size.memory_mib, quota.size.memory_mib),
            Resource::Disk => (used.size.disk_mib, quota.size.disk_mib),
        }
    }

    /// The resource that is used up most and how much of it is, in whole hundredths. `None`: nothing has a limit.
    #[must_use]
    pub fn fullest(&self) -> Option<(Resource, u64)> {
        let part = |resource| match self.of(resource) {
            (_, 0) => None,
            (used, limit) => Some((resource, used.saturating_mul(100) / limit)),
        };
        Resource::ALL.into_iter().filter_map(part).reduce(|most, next| if next.1 > most.1 { next } else { most })
    }
}

/// Thousandths of a processor, written as Kubernetes does: `250m`, `2`, `1.5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Millis(pub u64);

/// Mebibytes, written as Kubernetes does: `512Mi`, `4Gi`, `1Ti`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mebibytes(pub u64);

/// Not a quantity as Kubernetes writes it, or not a whole number of the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such quantity")]
pub struct NotAQuantity;

impl FromStr for Millis {
    type Err = NotAQuantity;

    fn from_str(text: &str) -> Result<Self, NotAQuantity> {
        if let Some(millis) = text.strip_suffix('m') {
            return whole(millis).map(Self);
        }
        let (units, thousandths) = text.split_once('.').unwrap_or((text, "0"));
        if thousandths.is_empty() || thousandths.len() > 3 {
            return Err(NotAQuantity);
        }
        let fraction = whole(&format!("{thousandths:0<3}"))?;
        whole(units)?.checked_mul(1000).and_then(|n| n.checked_add(fraction)).map(Self).ok_or(NotAQuantity)
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(1000) { write!(f, "{}", self.0 / 1000) } else { write!(f, "{}m", self.0) }
    }
}

const UNITS: [(&str, u64); 3] = [("Ti", 1024 * 1024), ("Gi", 1024), ("Mi", 1)];

impl FromStr for Mebibytes {
    type Err = NotAQuantity;

    fn from_str(text: &str) -> Result<Self, NotAQuantity> {
        let unit = UNITS.into_iter().find_map(|(unit, size)| Some((text.strip_suffix(unit)?, size)));
        match unit {
            Some((number, size)) => whole(number)?.checked_mul(size).map(Self).ok_or(NotAQuantity),
            None if text == "0" => Ok(Self(0)),
            None => Err(NotAQuantity),
        }
    }
}

impl fmt::Display for Mebibytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |(_, size): &(&str, u64)| self.0 > 0 && self.0.is_multiple_of(*size);
        let (unit, size) = UNITS.into_iter().find(fits).unwrap_or(("Mi", 1));
        write!(f, "{}{unit}", self.0 / size)
    }
}

fn whole(text: &str) -> Result<u64, NotAQuantity> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(NotAQuantity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_kubernetes_writes_them() {
        for (text, millis) in [("250m", 250), ("2", 2000), ("1.5", 1500), ("0.125", 125), ("0", 0)] {
            assert_eq!(text.parse(), Ok(Millis(millis)), "{text}");
        }
        for (text, mib) in [("512Mi", 512), ("4Gi", 4096), ("1Ti", 1_048_576), ("0", 0)] {
            assert_eq!(text.parse(), Ok(Mebibytes(mib)), "{text}");
        }
        for text in ["", "m", "-1", "+1", "1.0001", "1.", "1e3", "99999999999999999999", "18446744073709551615"] {
            assert!(text.parse::<Millis>().is_err(), "{text}");
        }
        for text in ["", "Mi", "1", "1G", "1.5Gi", "-1Mi", "18446744073709551615Ti"] {
            assert!(text.parse::<Mebibytes>().is_err(), "{text}");
        }
        let shown = [Millis(250).to_string(), Millis(2000).to_string(), Mebibytes(4096).to_string()];
        assert_eq!(shown, ["250m", "2", "4Gi"]);
        assert_eq!([Mebibytes(1280), Mebibytes(0)].map(|m| m.to_string()), ["1280Mi", "0Mi"]);
    }
}
