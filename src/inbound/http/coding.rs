//! How what is sent is packed: by what a browser says that it takes (RFC 9110, section 12.5.3), and as small as that
//! allows.

use std::io::Write as _;

use brotli::CompressorWriter;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Shortest text worth packing, in bytes: about what one packet takes.
pub(super) const WORTH_PACKING: usize = 1_000;

/// Bytes that brotli looks back over, as a power of two: more than any page has.
const WINDOW: u32 = 18;
const BUFFER: usize = 4096;

/// A way to pack something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Gzip,
}

/// How much time is taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// For one answer.
    Quick,
    /// For all answers there will be.
    Thorough,
}

impl Coding {
    /// The smaller one first.
    pub(super) const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// Its name in headers.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// What is packed so is another sequence of bytes, and has a tag of its own.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Brotli => "-br",
            Self::Gzip => "-gz",
        }
    }

    /// # Errors
    /// None that memory does not have.
    pub(super) fn pack(self, bytes: &[u8], effort: Effort) -> std::io::Result<Vec<u8>> {
        let mut packed = Vec::with_capacity(bytes.len() / 3);
        match self {
            Self::Brotli => {
                let quality = if effort == Effort::Quick { 4 } else { 9 };
                CompressorWriter::new(&mut packed, BUFFER, quality, WINDOW).write_all(bytes)?;
            }
            Self::Gzip => {
                let level = if effort == Effort::Quick { Compression::fast() } else { Compression::best() };
                let mut encoder = GzEncoder::new(&mut packed, level);
                encoder.write_all(bytes)?;
                encoder.finish()?;
            }
        }
        Ok(packed)
    }
}

/// What a header `Accept-Encoding` says of everything that can be sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Accepted {
    brotli: f32,
    gzip: f32,
    /// Of what is not packed. Where nothing is said of it, it is taken after everything that is named.
    plain: Option<f32>,
}

impl Accepted {
    pub(super) fn of(header: &str) -> Self {
        let weights: Vec<(&str, f32)> = header.split(',').filter_map(weighed).collect();
        let weight = |name: &str| weights.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, q)| *q);
        let others = weight("*");
        let of = |coding: Coding| weight(coding.as_str()).or(others).unwrap_or_default();
        // A star that is not taken leaves nothing out that is not named but this.
        let plain = weight("identity").or(others.filter(|weight| *weight == 0.0));
        Self { brotli: of(Coding::Brotli), gzip: of(Coding::Gzip), plain }
    }

    /// The best of these. `None`: as it is, also where none is taken at all, since that is better than nothing.
    pub(super) fn best(self, forms: &[Coding]) -> Option<Coding> {
        let weight = |coding| if coding == Coding::Brotli { self.brotli } else { self.gzip };
        let known = Coding::ALL.into_iter().filter(|coding| forms.contains(coding));
        let taken = known.filter(|coding| weight(*coding) > self.plain.unwrap_or_default().max(0.0));
        // Of several that are liked as much, the first.
        taken.reduce(|best, other| if weight(other) > weight(best) { other } else { best })
    }

    /// Whether it must be packed, however short it is.
    pub(super) fn refuses_plain(self) -> bool {
        self.plain == Some(0.0)
    }
}

/// One of the list: its name and weight. What cannot be read is not taken.
fn weighed(one: &str) -> Option<(&str, f32)> {
    let (name, parameters) = one.split_once(';').unwrap_or((one, ""));
    let weight = match parameters.trim().split_once('=') {
        Some((key, weight)) if key.trim().eq_ignore_ascii_case("q") => weight.trim().parse().unwrap_or(0.0),
        _ => 1.0,
    };
    Some((name.trim(), weight)).filter(|(name, _)| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_best_of_what_is_taken_is_sent() {
        let best = |header: &str| Accepted::of(header).best(&Coding::ALL);
        for brotli in ["br", "gzip, deflate, br", "BR;q=0.5, gzip;q=0.5", "*", "gzip;q=0.5, *", "br ; Q=0.1"] {
            assert_eq!(best(brotli), Some(Coding::Brotli), "{brotli}");
        }
        for gzip in
            ["gzip", "gzip;q=0.9, br;q=0.8", "br;q=0, gzip", "br;q=0,*", "gzip, identity;q=0", "gzip;q=1, br;q=x"]
        {
            assert_eq!(best(gzip), Some(Coding::Gzip), "{gzip}");
        }
        for plain in [
            "",
            "deflate",
            "identity",
            "gzip;q=0, br;q=0.0",
            "*;q=0",
            "gzip;q=0.5, identity;q=0.8",
            ",;,",
            "identity, *;q=0",
        ] {
            assert_eq!(best(plain), None, "{plain}");
        }
        assert_eq!(Accepted::of("br, gzip").best(&[Coding::Gzip]), Some(Coding::Gzip));
        assert_eq!(Accepted::of("br").best(&[Coding::Gzip]), None);
        let refuses = |header: &str| Accepted::of(header).refuses_plain();
        assert!(refuses("gzip, identity;q=0") && refuses("br, *;q=0") && refuses("identity;q=0.0"));
        assert!(!refuses("") && !refuses("gzip") && !refuses("identity, *;q=0"));
    }

    #[test]
    fn what_is_packed_is_the_same_again() {
        let text = "<td>a shop</td>".repeat(500).into_bytes();
        for effort in [Effort::Quick, Effort::Thorough] {
            let mut plain = Vec::new();
            let packed = Coding::Gzip.pack(&text, effort).unwrap();
            flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut plain).unwrap();
            assert!(plain == text && packed.len() < text.len() / 10);
            plain.clear();
            let packed = Coding::Brotli.pack(&text, effort).unwrap();
            brotli::Decompressor::new(&packed[..], BUFFER).read_to_end(&mut plain).unwrap();
            assert!(plain == text && packed.len() < text.len() / 10);
        }
    }
}
