//! What a value that somebody gave has to be. The words for each rule stand in `text`.

use std::time::Duration;

use super::engine::Engine;
use super::shop::{CodeError, Currency};

/// The rule that a value breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A title can be seen.
    TitleVisible,
    TitleShort,
    TitleOneLine,
    /// A time a store is wanted for is a duration.
    TtlDuration,
    TtlBounds,
    /// And ends no later than the operator allows, this long from now.
    TtlLongest(Duration),
    /// So is the time in which a deletion can be taken back.
    GraceDuration,
    GraceBounds,
    /// An address for callbacks is a whole one.
    CallbackWhole,
    CallbackWeb,
    CallbackBare,
    CallbackShort,
    /// And leads to nowhere inside.
    CallbackPublic,
    /// Deliveries can be signed.
    CallbackSigned,
    /// A name for a request is a plain and short text.
    Key,
    Moment,
    /// A cursor is one that was given out.
    Cursor,
    /// And for the same order of stores.
    CursorOrder,
    /// What is searched for is short.
    SearchShort,
    Code(CodeError),
    /// An engine can sell in the money.
    SoldIn {
        engine: Engine,
        currency: Currency,
    },
    /// Not too many of a server's roles have a meaning.
    RolesFew,
}
