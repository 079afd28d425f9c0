use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use super::*;

const LONG: Patience = Patience { limit: Duration::from_secs(60), grace: Duration::from_secs(60) };
const SHORT: Duration = Duration::from_millis(100);

async fn shell(script: &str, capture: Capture) -> Running {
    let env = vec![("PATH".into(), std::env::var_os("PATH").unwrap())];
    let path = PathBuf::from("sh");
    let launcher = Launcher::default();
    let program = Program { path: &path, args: vec!["-c".into(), script.into()], env, capture };
    let running = launcher.start(program).await.unwrap();
    // The thread that starts children has to live as long as they do.
    std::mem::forget(launcher);
    running
}

async fn follow(script: &str, patience: Patience) -> End {
    shell(script, Capture::Stdout).await.follow(patience, &Leave::unbounded()).await.unwrap()
}

#[tokio::test]
async fn an_end_is_told_with_what_was_said() {
    assert_eq!(follow("echo v4; echo noise >&2", LONG).await, End::Succeeded("v4\n".to_owned()));
    assert_eq!(follow("echo out; echo why >&2; exit 1", LONG).await, End::Failed("why\n".to_owned()));
    assert_eq!(follow("kill -9 $$", LONG).await, End::Killed(9));
    let quiet = shell("echo secret", Capture::Nothing).await;
    assert_eq!(quiet.follow(LONG, &Leave::unbounded()).await.unwrap(), End::Succeeded(String::new()));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_child_lets_storebot_go_first() {
    let own = getpriority_process(None).unwrap();
    // No process yields more than by 19.
    assert_eq!(follow("nice", LONG).await, End::Succeeded(format!("{}\n", (own + NICENESS).min(19))));
    assert_eq!(getpriority_process(None).unwrap(), own, "it is for children only");
}

#[tokio::test]
async fn only_the_end_of_a_long_story_is_kept() {
    let End::Failed(text) = follow("yes 0123456789 | head -c 300000 >&2; echo last >&2; exit 1", LONG).await else {
        panic!("it fails")
    };
    assert_eq!(text.len(), TAIL);
    assert!(text.ends_with("last\n"));
}

#[tokio::test]
async fn a_child_that_takes_too_long_may_say_goodbye() {
    let patience = Patience { limit: SHORT, ..LONG };
    assert_eq!(follow("trap 'exit 0' TERM; sleep 60 & wait", patience).await, End::TimedOut);
}

#[tokio::test]
async fn a_stopped_child_goes_with_its_whole_group() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let script = format!("trap '' TERM; sleep 60 & echo $! > {}.new; mv {0}.new {0}; wait; wait", file.display());
    let running = shell(&script, Capture::Nothing).await;
    let stop = CancellationToken::new();
    let leave = Leave::new(stop.clone(), || true);
    let stopper = async {
        while !file.exists() {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    };
    let (end, ()) = tokio::join!(running.follow(Patience { grace: SHORT, ..LONG }, &leave), stopper);
    assert_eq!(end.unwrap(), End::Stopped);
    let pid = std::fs::read_to_string(&file).unwrap().trim().parse().unwrap();
    let gone = || match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat.contains(") Z"),
        Err(_) => rustix::process::test_kill_process(Pid::from_raw(pid).unwrap()).is_err(),
    };
    while !gone() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_dropped_child_is_killed() {
    let running = shell("sleep 60", Capture::Nothing).await;
    let pid = running.group.unwrap();
    drop(running);
    let stat = || std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    while !stat().is_empty() && !stat().contains(") Z") {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_program_that_is_not_there_is_not_found() {
    for path in ["/nowhere/helm", "no-such-helm"] {
        let path = PathBuf::from(path);
        let program = Program { path: &path, args: Vec::new(), env: Vec::new(), capture: Capture::Nothing };
        let error = Launcher::default().start(program).await.err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
