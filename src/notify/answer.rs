//! What Discord's answer to a message means for the message, and how many answers of the kind that
//! gets an address banned have come in.

use jiff::{SignedDuration, Timestamp};

/// An answer, by what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Taken,
    /// Rate limited: not before this long from now.
    Wait(SignedDuration),
    /// No answer, or Discord is not well. Trying again is safe.
    Away,
    /// There is no such message or token, or not yet.
    Unknown,
    /// It will not be taken this way, however often it is tried.
    Refused,
}

impl Answer {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Wait(_) => "rate-limited",
            Self::Away => "away",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
        }
    }
}

/// Discord's code for a webhook token that has ended.
const INVALID_WEBHOOK_TOKEN: i64 = 50_027;
/// Without a usable `Retry-After`.
const WAIT_DEFAULT: SignedDuration = SignedDuration::from_secs(2);

/// `code` is Discord's own in the body of an error, `retry_after` in seconds.
pub(super) fn classify(status: u16, code: Option<i64>, retry_after: Option<f64>) -> Answer {
    match status {
        200..=299 => Answer::Taken,
        429 => Answer::Wait(retry_after.and_then(pause).unwrap_or(WAIT_DEFAULT)),
        _ if code == Some(INVALID_WEBHOOK_TOKEN) => Answer::Refused,
        404 => Answer::Unknown,
        408 | 500..=599 => Answer::Away,
        _ => Answer::Refused,
    }
}

fn pause(seconds: f64) -> Option<SignedDuration> {
    SignedDuration::try_from_secs_f64(seconds).ok().filter(|d| !d.is_negative())
}

/// Answers 401, 403 and 429 of the last ten minutes. Discord bans an address at 10 000 of them, for
/// everybody behind it; sending stops long before.
#[derive(Debug, Default)]
pub(super) struct Invalid {
    minutes: [(i64, u32); 10],
}

/// A twentieth of what gets banned: other replicas may share the address.
const INVALID_MAX: u32 = 500;

impl Invalid {
    pub(super) fn count(&mut self, status: u16, now: Timestamp) {
        if !matches!(status, 401 | 403 | 429) {
            return;
        }
        let minute = now.as_second() / 60;
        let slot = &mut self.minutes[usize::try_from(minute.rem_euclid(10)).unwrap_or_default()];
        if slot.0 != minute {
            *slot = (minute, 0);
        }
        slot.1 = slot.1.saturating_add(1);
    }

    /// Too many: how long to send nothing at all.
    pub(super) fn pause(&self, now: Timestamp) -> Option<SignedDuration> {
        let minute = now.as_second() / 60;
        let recent: u32 = self.minutes.iter().filter(|(at, _)| minute - at < 10).map(|(_, count)| count).sum();
        (recent >= INVALID_MAX).then(|| SignedDuration::from_secs(60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_have_a_meaning() {
        let wait = |ms| Answer::Wait(SignedDuration::from_millis(ms));
        for (status, code, retry_after, meaning) in [
            (200, None, None, Answer::Taken),
            (204, None, None, Answer::Taken),
            (429, None, Some(0.25), wait(250)),
            (429, None, None, wait(2_000)),
            (429, None, Some(f64::NAN), wait(2_000)),
            (429, None, Some(-3.0), wait(2_000)),
            (500, Some(0), None, Answer::Away),
            (503, None, None, Answer::Away),
            (404, Some(10_015), None, Answer::Unknown),
            (404, Some(10_008), None, Answer::Unknown),
            (401, Some(50_027), None, Answer::Refused),
            (404, Some(50_027), None, Answer::Refused),
            (403, Some(50_001), None, Answer::Refused),
            (400, Some(50_035), None, Answer::Refused),
        ] {
            assert_eq!(classify(status, code, retry_after), meaning, "{status} {code:?} {retry_after:?}");
        }
    }

    #[test]
    fn sending_stops_before_a_ban_and_starts_again() {
        let at = |minute: i64| Timestamp::from_second(1_700_000_000 + minute * 60).unwrap();
        let mut invalid = Invalid::default();
        for i in 0..499 {
            invalid.count(429, at(i / 100));
            invalid.count(500, at(i / 100));
        }
        assert_eq!(invalid.pause(at(5)), None);
        invalid.count(403, at(5));
        assert!(invalid.pause(at(5)).is_some());
        assert!(invalid.pause(at(9)).is_some());
        assert_eq!(invalid.pause(at(10)), None);
    }
}
