//! Looks through all that a test run and its processes have printed for every secret that it used, also
//! as base64, in a URL, as JSON or in hex.
//!
//! Whoever makes a secret writes it down: one line of JSON each, `["what it is", "the secret"]`, in the file
//! that [`RECORD`] names.

use std::fs;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Variable with the file that secrets are written down in. Nobody else may read it.
pub const RECORD: &str = "STOREBOT_TEST_SECRETS";
/// Variable with the folder for logs that are to be looked through.
pub const LOGS: &str = "STOREBOT_TEST_LOGS";

/// Shorter ones would be found by chance.
const SHORTEST: usize = 8;
/// Places that are told.
const TOLD: usize = 20;
/// What nobody writes as `%XX` in a URL.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How much was looked for in how much.
#[derive(Debug, PartialEq, Eq)]
pub struct Looked {
    /// Different secrets.
    pub secrets: usize,
    /// Files.
    pub files: usize,
}

/// Looks for the recorded secrets in all files of a folder.
///
/// # Errors
/// The places where there is one, without it; that none was recorded; that something cannot be read.
pub fn look(record: &Path, folder: &Path) -> Result<Looked> {
    let secrets = recorded(record)?;
    ensure!(!secrets.is_empty(), "no secret was written down in {RECORD}, so looking for them would show nothing");
    let forms: Vec<(usize, Vec<u8>)> = secrets
        .iter()
        .enumerate()
        .flat_map(|(at, (_, secret))| forms(secret).into_iter().map(move |f| (at, f)))
        .collect();
    let search = AhoCorasick::new(forms.iter().map(|(_, form)| form)).context("the search cannot be made")?;
    let (mut files, mut places) = (Vec::new(), Vec::new());
    collect(folder, &mut files)?;
    for file in &files {
        let bytes = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        for found in search.find_iter(&bytes) {
            let line = 1 + bytes[..found.start()].iter().filter(|byte| **byte == b'\n').count();
            let what = &secrets[forms[found.pattern().as_usize()].0].0;
            places.push(format!("{}:{line}: {what}", file.display()));
        }
    }
    places.dedup();
    match places.len() {
        0 => Ok(Looked { secrets: secrets.len(), files: files.len() }),
        many => bail!("secrets were printed, at {many} places:\n{}", places[..many.min(TOLD)].join("\n")),
    }
}

/// What was written down, each once.
fn recorded(record: &Path) -> Result<Vec<(String, String)>> {
    let text = fs::read_to_string(record).with_context(|| format!("{} cannot be read", record.display()))?;
    let read = |(at, line): (usize, &str)| {
        // What is wrong with a line could quote it.
        serde_json::from_str(line).ok().with_context(|| format!("line {} of {RECORD} is no pair of texts", at + 1))
    };
    let mut all: Vec<(String, String)> = text.lines().enumerate().map(read).collect::<Result<_>>()?;
    all.sort_by(|(_, a), (_, b)| a.cmp(b));
    all.dedup_by(|(_, a), (_, b)| a == b);
    if let Some((what, _)) = all.iter().find(|(_, secret)| secret.len() < SHORTEST) {
        bail!("{what} has less than {SHORTEST} characters: give the tests a longer one");
    }
    Ok(all)
}

/// A secret in all the shapes it could be printed in.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let json = serde_json::to_string(secret).unwrap_or_default();
    let mut forms = vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        utf8_percent_encode(secret, &UNRESERVED).to_string(),
        hex::encode(secret),
        hex::encode_upper(secret),
    ];
    // In base64 of something longer, a text looks different for each place it may begin at; what is mixed
    // with its neighbours is left out at both ends.
    for before in 0..3 {
        let bytes = [&[0; 2][..before.min(2)], secret.as_bytes()].concat();
        let (from, to) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        for encoded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            forms.push(encoded[from..to].to_owned());
        }
    }
    forms.sort();
    forms.dedup();
    forms.into_iter().map(String::into_bytes).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_dir() => collect(&entry.path(), files)?,
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    Ok(())
}
