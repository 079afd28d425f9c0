//! The shops' images: which engines can run on a real node, and building what is missing.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::layout::Layout;
use crate::progress::Progress;

/// An engine, and the images its chart uses.
const ENGINES: [(&str, &[&str]); 2] =
    [("medusa", &["medusa", "medusa-database", "redis"]), ("woocommerce", &["woocommerce", "woocommerce-database"])];

/// The engines whose images are all there.
pub fn available(layout: &Layout) -> Vec<&'static str> {
    let is_there = |image: &&str| layout.images().join(format!("{image}.digest")).is_file();
    ENGINES.iter().filter(|(_, images)| images.iter().all(is_there)).map(|(engine, _)| *engine).collect()
}

/// Builds images while some are missing; returns the engines that have theirs then. One engine
/// may be unable to be built, which the build tells loudly and which keeps no other from running.
pub fn ensure(layout: &Layout, progress: Progress) -> Result<Vec<&'static str>> {
    let there = available(layout);
    let build = layout.root().join("deploy/images/build.sh");
    if there.len() == ENGINES.len() || !build.is_file() {
        return Ok(there);
    }
    progress.say("building the shops' images, once: about 10 minutes on 2 cores");
    let status = Command::new(&build)
        .current_dir(layout.root())
        .stdin(Stdio::null())
        // Progress, not a result.
        .stdout(std::io::stderr())
        .status()
        .with_context(|| format!("{} does not start", build.display()))?;
    let there = available(layout);
    if !status.success() {
        progress.say(&format!("not every image could be built ({status}): see above"));
    }
    Ok(there)
}
