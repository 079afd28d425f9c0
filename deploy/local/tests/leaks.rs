//! A test run that prints a secret fails, in whatever shape it was printed.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use storebot_local::leaks::{LOGS, Looked, RECORD, look};

const SECRET: &str = "hush/2f+\"q?täglich~longer";

/// Looks for one secret in one log.
fn look_in(name: &str, log: &[u8]) -> Result<Looked> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("leaks").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("logs/deeper"))?;
    fs::write(folder.join("logs/deeper/one.log"), log)?;
    fs::write(folder.join("record"), serde_json::to_string(&["a token", SECRET])?)?;
    look(&folder.join("record"), &folder.join("logs"))
}

#[test]
fn a_secret_is_found_in_every_shape_and_told_without_it() -> Result<()> {
    let shapes = [
        SECRET.to_owned(),
        serde_json::to_string(&serde_json::json!({ "token": SECRET }))?,
        "hush%2F2f%2B%22q%3Ft%C3%A4glich~longer".to_owned(),
        hex::encode(SECRET),
        STANDARD.encode(SECRET),
        STANDARD.encode(format!("x{SECRET}yz")),
        URL_SAFE_NO_PAD.encode(format!("xx{SECRET}y")),
        STANDARD.encode(format!("user:{SECRET}")),
    ];
    for (at, shape) in shapes.iter().enumerate() {
        let log = format!("nothing here\nbut here: {shape} of all places\n");
        let told =
            look_in("found", log.as_bytes()).err().with_context(|| format!("shape {at} is not found"))?.to_string();
        assert!(told.contains("one.log:2: a token") && !told.contains("hush"), "shape {at}: {told}");
    }
    Ok(())
}

#[test]
fn nothing_is_found_where_nothing_is() -> Result<()> {
    assert_eq!(look_in("clean", b"hush is half of it\n\xff\xfe")?, Looked { secrets: 1, files: 1 });
    Ok(())
}

fn with(script: &str) -> Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_storebot-local"));
    command.args(["with", "--no-kubernetes", "--secrets-check", "--", "bash", "-c", script]);
    Ok(command.output()?)
}

#[test]
fn a_command_that_prints_a_secret_fails() -> Result<()> {
    let record = format!("echo '[\"a token\",\"hush-hush-hush\"]' >>\"${RECORD}\"");
    let clean = with(&format!("{record}; [ $(stat -c %a \"${RECORD}\") = 600 ]; echo fine"))?;
    assert!(clean.status.success() && clean.stdout.starts_with(b"fine"), "{clean:?}");
    let leaks = [
        format!("{record}; echo aHVzaC1odXNoLWh1c2g="),
        format!("{record}; echo hush-hush-hush >&2"),
        format!("{record}; echo hush-hush-hush >\"${LOGS}/other.log\""),
        // Looking for nothing would always be fine.
        "true".to_owned(),
    ];
    for script in leaks {
        let leak = with(&script)?;
        assert_eq!(leak.status.code(), Some(1), "{script}: {leak:?}");
    }
    assert_eq!(with(&format!("{record}; exit 7"))?.status.code(), Some(7), "it ends as the command did");
    Ok(())
}
