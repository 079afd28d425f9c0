//! What a proxy can do to those behind and in front of it.

use std::time::Duration;

/// One thing that is broken, for as long as a proxy is set to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Every piece comes so much later, give or take up to `jitter`.
    Latency {
        pause: Duration,
        jitter: Duration,
    },
    /// Connections end, and new ones are refused as if nobody listened.
    Cut,
    /// A connection ends after so many more bytes of answers: in the middle of one.
    CutAfter {
        bytes: u64,
    },
    /// Connections are taken and stay, and nothing comes through. What was sent meanwhile is lost, and
    /// the connections end when the fault does.
    Hang,
    /// The same, but what was sent comes after all, as TCP does when the network is back: late, when its
    /// sender may have given up already.
    Stall,
    /// One side is heard and the other one is not.
    HalfOpen {
        silent: Side,
    },
    /// The upstream's end of each connection is gone, and its clients are not told.
    Vanish,
    /// A share of the requests, in percent, is answered with this status and never reaches the
    /// upstream. Only for HTTP.
    Status {
        code: u16,
        retry_after: Option<u32>,
        share: u8,
    },
}

/// Whose words are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Upstream,
}

impl Fault {
    /// A name for counters and reports.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Latency { .. } => "latency",
            Self::Cut => "cut",
            Self::CutAfter { .. } => "cut-in-a-body",
            Self::Hang => "hang",
            Self::Stall => "stall",
            Self::HalfOpen { silent: Side::Client } => "half-open-deaf",
            Self::HalfOpen { silent: Side::Upstream } => "half-open-mute",
            Self::Vanish => "vanish",
            Self::Status { code: 429, .. } => "status-429",
            Self::Status { code: 503, .. } => "status-503",
            Self::Status { .. } => "status-500",
        }
    }

    /// What becomes of a piece that `side` says.
    pub(super) fn gate(self, side: Side) -> Gate {
        match self {
            Self::None | Self::Status { .. } => Gate::Open,
            Self::Latency { .. } => Gate::Late,
            Self::CutAfter { bytes } if side == Side::Upstream => Gate::Measured(bytes),
            Self::CutAfter { .. } => Gate::Open,
            Self::Stall => Gate::Held,
            Self::Hang => Gate::Lost,
            Self::HalfOpen { silent } if silent == side => Gate::Lost,
            Self::HalfOpen { .. } => Gate::Open,
            // Connections do not live that long.
            Self::Cut | Self::Vanish => Gate::Lost,
        }
    }
}

/// What a fault means for one direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    Open,
    Late,
    /// Open for so many bytes; then the connection ends.
    Measured(u64),
    /// Shut; what is said is kept until it opens.
    Held,
    /// Shut; the connection ends when the fault does.
    Lost,
}
