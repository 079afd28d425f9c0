//! Children are stopped as a whole group, their deaths are told, and a pid file alone
//! never makes a stranger a victim.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use storebot_local::detached;
use storebot_local::process::{Services, Spec};

/// A folder of one test under the build's own.
fn folder(name: &str) -> Result<PathBuf> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir)?;
    Ok(dir)
}

fn shell(name: &str, script: &str) -> Spec {
    Spec::new(name, Path::new("/bin/sh"), 0).args(["-c", script])
}

fn is_alive(pid: &str) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z"))
}

#[tokio::test]
async fn a_child_that_dies_is_named_and_its_last_words_are_shown() -> Result<()> {
    let mut services = Services::new(&folder("dies")?)?;
    services.start(&shell("brave", "echo farewell; exit 3"))?;
    let error = services.watch().await.err().context("nobody died")?;
    let text = error.to_string();
    assert!(text.contains("brave ended by itself (exit status: 3)"), "{text}");
    assert!(text.ends_with("farewell"), "{text}");
    services.stop().await;
    Ok(())
}

#[tokio::test]
async fn stopping_takes_the_whole_group_even_when_it_ignores_term() -> Result<()> {
    let dir = folder("group")?;
    let file = dir.join("grandchild");
    let mut services = Services::new(&dir)?;
    let script = format!("trap '' TERM; sleep 600 & echo $! > {}; wait; wait", file.display());
    services.start(&shell("stubborn", &script).grace(Duration::from_millis(200)))?;
    let written = || async { fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n')) };
    services.wait_for("the grandchild", Duration::from_secs(10), written).await?;
    let grandchild = fs::read_to_string(&file)?.trim().to_owned();
    assert!(is_alive(&grandchild));
    let start = Instant::now();
    services.stop().await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    // Nobody here is its parent, so its end can only be looked for.
    let gone = || async { !is_alive(&grandchild) };
    Services::new(&dir)?.wait_for("the end", Duration::from_secs(5), gone).await
}

#[tokio::test]
async fn detached_children_are_found_and_strangers_are_left_alone() -> Result<()> {
    let dir = folder("detached")?;
    let pids = dir.join("pids");
    let mut services = Services::detached(&dir, &pids)?;
    // Its arguments name the data folder, as those of every part of a control plane do.
    services.start(&shell("ours", &format!("sleep 600; : {}", dir.display())))?;
    // While it is being replaced by the shell, its arguments cannot be read.
    let pid = fs::read_to_string(pids.join("ours"))?;
    let name = Path::new("/proc").join(pid.split(' ').next().context("no pid")?).join("comm");
    let is_shell = || async { fs::read_to_string(&name).is_ok_and(|name| name == "sh\n") };
    services.wait_for("the shell", Duration::from_secs(10), is_shell).await?;
    fs::write(pids.join("stranger"), format!("{} 0 0", std::process::id()))?;
    let list = detached::remembered(&pids, &dir);
    assert_eq!(list.len(), 2);
    let stopped = tokio::task::spawn_blocking(move || detached::stop(&list)).await?;
    assert_eq!(stopped, 1, "this test itself is the stranger");
    services.stop().await;
    Ok(())
}
