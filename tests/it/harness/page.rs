//! A person at the stand-in Discord's page, or at the dashboard: headless Chromium, driven step by step by `tests/browser`.
//! The stand-in's own tests use this file, too.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// One step on a busy machine. The driver gives up before.
const PATIENCE: Duration = Duration::from_secs(90);

/// How somebody looks at the page.
#[derive(Default)]
pub(crate) struct Screen {
    /// In pixels; 0: a desktop's.
    pub(crate) width: u32,
    pub(crate) dark: bool,
    pub(crate) without_scripts: bool,
    /// The system's own few colours in place of the page's.
    pub(crate) forced_colors: bool,
    /// How much larger than usual everything is shown, in percent; 0: not.
    pub(crate) zoom: u32,
}

/// An open browser; gone with this value.
pub(crate) struct Page {
    /// What judges accessibility is a script.
    judged: bool,
    stdin: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Page {
    /// Starts a browser for the page at `url`. Pictures go to `target/pages/` and begin with `prefix`.
    pub(crate) async fn start(url: &str, prefix: &str, screen: Screen) -> Result<Self> {
        let root = root()?;
        let mut child = Command::new("node")
            .arg(root.join("tests/browser/discord.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .context("node cannot be started: `make browser` installs what is needed")?;
        let stdin = child.stdin.take().context("no standard input")?;
        let answers = BufReader::new(child.stdout.take().context("no standard output")?).lines();
        let zoom = f64::from(if screen.zoom == 0 { 100 } else { screen.zoom }) / 100.0;
        // What is shown larger has less room, and more pixels for each of the page's.
        let room = |pixels: u32| (f64::from(pixels) / zoom).floor();
        let width = if screen.width == 0 { 1280 } else { screen.width };
        let setting = json!({
            "url": url, "prefix": prefix, "pictures": root.join("target/pages"),
            "context": {
                "viewport": { "width": room(width), "height": room(780) },
                "deviceScaleFactor": zoom,
                "forcedColors": if screen.forced_colors { "active" } else { "none" },
                "colorScheme": if screen.dark { "dark" } else { "light" },
                "javaScriptEnabled": !screen.without_scripts,
            },
        });
        let judged = !screen.without_scripts;
        let mut page = Self { judged, stdin, answers, _child: child };
        page.tell(&setting).await?;
        Ok(page)
    }

    async fn tell(&mut self, value: &Value) -> Result<()> {
        self.stdin.write_all(format!("{value}\n").as_bytes()).await.context("the browser has ended")
    }

    /// One step of `tests/browser/discord.mjs`; what it found.
    pub(crate) async fn step(&mut self, step: &Value) -> Result<Value> {
        self.tell(step).await?;
        let answer = tokio::time::timeout(PATIENCE, self.answers.next_line());
        let answer = answer.await.with_context(|| format!("nothing came of {step}"))??;
        let answer: Value = serde_json::from_str(&answer.context("the browser has ended")?)?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => bail!("{error}"),
            None => Ok(answer["ok"].clone()),
        }
    }

    /// Several steps, one after the other.
    pub(crate) async fn steps(&mut self, steps: Value) -> Result<()> {
        for step in steps.as_array().into_iter().flatten() {
            self.step(step).await?;
        }
        Ok(())
    }

    pub(crate) async fn open(&mut self, user: &str, channel: &str) -> Result<()> {
        self.step(&json!({ "step": "open", "path": format!("/?user={user}&channel={channel}") })).await.map(drop)
    }

    pub(crate) async fn see(&mut self, text: &str) -> Result<()> {
        self.step(&json!({ "step": "see", "text": text })).await.map(drop)
    }

    pub(crate) async fn gone(&mut self, text: &str) -> Result<()> {
        self.step(&json!({ "step": "gone", "text": text })).await.map(drop)
    }

    pub(crate) async fn type_in(&mut self, text: &str) -> Result<()> {
        self.step(&json!({ "step": "type", "text": text })).await.map(drop)
    }

    pub(crate) async fn key(&mut self, key: &str) -> Result<()> {
        self.step(&json!({ "step": "key", "key": key })).await.map(drop)
    }

    pub(crate) async fn press(&mut self, name: &str) -> Result<()> {
        self.step(&json!({ "step": "press", "name": name })).await.map(drop)
    }

    pub(crate) async fn go(&mut self, path: &str) -> Result<()> {
        self.step(&json!({ "step": "open", "path": path })).await.map(drop)
    }

    pub(crate) async fn follow(&mut self, name: &str) -> Result<()> {
        self.step(&json!({ "step": "follow", "name": name })).await.map(drop)
    }

    /// Fills in the field with this label.
    pub(crate) async fn fill(&mut self, name: &str, value: &str) -> Result<()> {
        self.step(&json!({ "step": "fill", "name": name, "value": value })).await.map(drop)
    }

    /// Waits until something is there.
    pub(crate) async fn has(&mut self, selector: &str) -> Result<()> {
        self.step(&json!({ "step": "has", "selector": selector })).await.map(drop)
    }

    pub(crate) async fn evaluate(&mut self, script: &str) -> Result<Value> {
        self.step(&json!({ "step": "evaluate", "script": script })).await
    }

    /// Waits until a line with this text is offered.
    pub(crate) async fn offered(&mut self, text: &str) -> Result<()> {
        self.step(&json!({ "step": "offered", "text": text })).await.map(drop)
    }

    pub(crate) async fn offers(&mut self) -> Result<Vec<String>> {
        Ok(serde_json::from_value(self.step(&json!({ "step": "offers" })).await?)?)
    }

    pub(crate) async fn read(&mut self, selector: &str) -> Result<String> {
        let found = self.step(&json!({ "step": "read", "selector": selector })).await?;
        found.as_str().map(str::to_owned).with_context(|| format!("no text at {selector}"))
    }

    pub(crate) async fn count(&mut self, selector: &str) -> Result<u64> {
        let found = self.step(&json!({ "step": "count", "selector": selector })).await?;
        found.as_u64().with_context(|| format!("no number for {selector}"))
    }

    /// Takes a picture of what is to be fit for everybody: nothing cut off, nothing that keeps people out.
    pub(crate) async fn look(&mut self, name: &str) -> Result<()> {
        self.step(&json!({ "step": "picture", "name": name })).await?;
        if !self.judged {
            return Ok(());
        }
        let beyond = self.step(&json!({ "step": "width" })).await?;
        ensure!(beyond == 0, "{name}: {beyond} pixels are cut off at the side");
        let found = self.step(&json!({ "step": "axe" })).await?;
        ensure!(found == json!([]), "{name}: not accessible: {found}");
        Ok(())
    }
}

/// Where the checkout begins, from either crate.
fn root() -> Result<PathBuf> {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let root = folders.find(|folder| folder.join("tests/browser/discord.mjs").is_file());
    root.map(Path::to_owned).context("tests/browser is missing")
}
