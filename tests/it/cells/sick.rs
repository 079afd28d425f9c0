//! One cluster hangs or is away: nobody else waits for it, and its own stores come to their end when it is back.

use anyhow::{Result, ensure};

use super::plane::Far;
use super::standing::storebot;
use super::{Cells, cell_of, create, look, until_health};
use crate::harness::environment::{redis_flush, until};
use crate::harness::{TestBot, try_test};

/// As few as can be: what waits for one cell would take all of them.
const NARROW: &str = "lease = '5s'\nbackoff = '100ms'\nbackoff_max = '1s'\nsweep = '500ms'\nslots = 4\n";

fn narrow(bot: TestBot) -> TestBot {
    TestBot { worker: Some(NARROW.to_owned()), ..bot }
}

async fn all_ready(t: &crate::harness::Test, names: &[&str]) -> Result<()> {
    for name in names {
        t.until_phase(name, "ready").await?;
    }
    Ok(())
}

pub(super) async fn a_hanging_cell_holds_nobody_up(far: &Far) -> Result<()> {
    let cells = Cells::new(far);
    try_test(narrow(cells.bot("", "")), async |t| {
        let near = t.config.cells[0].name.clone();
        create(t, "old-near", Some(&near)).await?;
        create(t, "old-far", Some(&cells.name)).await?;
        all_ready(t, &["old-near", "old-far"]).await?;
        t.until_idle().await?;
        far.proxy.freeze();
        // More than the worker follows at once, all for the one that hangs; asked for by name, they are admitted.
        let stuck = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        for name in stuck {
            create(t, name, Some(&cells.name)).await?;
        }
        for name in ["k", "l"] {
            create(t, name, Some(&near)).await?;
        }
        t.api("ana").ask("upgrade", "old-near").await?.error_for_status()?;
        all_ready(t, &["k", "l", "old-near"]).await?;
        until_health(t, &cells.name, "down").await?;
        ensure!(look(t, &cells.name).await?["reason"].is_string());
        ensure!(look(t, &near).await?["health"] == "up");
        // Near has more stores by now, and still gets what nobody asked for elsewhere.
        for name in ["m", "n", "o"] {
            ensure!(cell_of(&create(t, name, None).await?)? == near);
        }
        all_ready(t, &["m", "n", "o"]).await?;
        let (told, code) = storebot(t, &["cells"]).await?;
        ensure!(code == 0 && told.contains(&format!("{} does not answer", cells.name)), "{told}");
        ensure!(t.metrics().await?.contains(&format!("storebot_cell_up{{cell=\"{near}\"}} 1")));
        for name in stuck {
            let store = t.store("ana", name).await?;
            ensure!(store["phase"] != "ready" && store["phase"] != "failed", "{store}");
        }
        far.proxy.mend();
        all_ready(t, &stuck).await?;
        until_health(t, &cells.name, "up").await?;
        ensure!(cell_of(&create(t, "p", None).await?)? == near, "{}", look(t, &cells.name).await?);
        t.until_idle().await
    })
    .await
}

/// Helm is in the middle of its work on the cluster that begins to hang.
pub(super) async fn helm_that_hangs_holds_nobody_up(far: &Far) -> Result<()> {
    let cells = Cells::new(far);
    let bot = cells.bot("", "");
    try_test(bot, async |t| {
        let near = t.config.cells[0].name.clone();
        let stuck = ["a", "b", "c", "d", "e", "f"];
        for name in stuck {
            create(t, name, Some(&cells.name)).await?;
        }
        until("Helm is at it", || async {
            let store = t.store("ana", "a").await?;
            let running = store["steps"]
                .as_array()
                .is_some_and(|steps| steps.iter().any(|step| step["name"] == "release" && step["state"] == "running"));
            Ok((running || store["phase"] == "ready").then_some(()))
        })
        .await?;
        far.proxy.freeze();
        let quick = ["u", "v", "w", "x", "y", "z"];
        for name in quick {
            create(t, name, Some(&near)).await?;
        }
        all_ready(t, &quick).await?;
        far.proxy.mend();
        all_ready(t, &stuck).await?;
        t.until_idle().await
    })
    .await
}

pub(super) async fn a_dead_cell_keeps_nobody_from_starting(far: &Far) -> Result<()> {
    for hangs in [true, false] {
        let cells = Cells::new(far);
        if hangs {
            far.proxy.freeze()
        } else {
            far.proxy.cut()
        }
        try_test(cells.bot("", ""), async |t| {
            let near = t.config.cells[0].name.clone();
            create(t, "tea", Some(&cells.name)).await?;
            create(t, "coffee", Some(&near)).await?;
            all_ready(t, &["coffee"]).await?;
            until_health(t, &cells.name, "down").await?;
            // The last resort is better than none: it is made when the cell is back.
            t.api_as("root", "admin")
                .send(reqwest::Method::POST, &format!("/v1/cells/{near}/drain"), None)
                .await?
                .error_for_status()?;
            ensure!(cell_of(&create(t, "cocoa", None).await?)? == cells.name);
            t.stop_bot().await?;
            t.start_bot().await?;
            t.api("ana").ask("upgrade", "coffee").await?.error_for_status()?;
            all_ready(t, &["coffee"]).await?;
            far.proxy.mend();
            all_ready(t, &["tea", "cocoa"]).await?;
            t.until_idle().await
        })
        .await?;
    }
    Ok(())
}

pub(super) async fn what_is_left_is_rebuilt(far: &Far) -> Result<()> {
    let cells = Cells::new(far);
    try_test(cells.bot("", ""), async |t| {
        let near = t.config.cells[0].name.clone();
        for (name, cell) in [("tea", &near), ("coffee", &near), ("cocoa", &cells.name)] {
            create(t, name, Some(cell)).await?;
        }
        all_ready(t, &["tea", "coffee", "cocoa"]).await?;
        t.until_idle().await?;
        t.stop_bot().await?;
        redis_flush(&t.config.redis.prefix).await?;
        far.proxy.cut();
        let (told, code) = storebot(t, &["rebuild"]).await?;
        ensure!(code == 1 && told.contains("2 restored"), "{told}");
        ensure!(told.contains(&format!("not read to its end: the cell {}", cells.name)), "{told}");
        let (told, code) = storebot(t, &["doctor"]).await?;
        ensure!(code == 1 && told.contains(&format!("cell: {}", cells.name)), "{told}");
        ensure!(!told.contains("counted"), "the other one's stores are counted: {told}");
        far.proxy.mend();
        let (told, code) = storebot(t, &["rebuild"]).await?;
        ensure!(code == 0 && told.contains("1 restored, 2 known already"), "{told}");
        t.start_bot().await?;
        all_ready(t, &["tea", "coffee", "cocoa"]).await?;
        t.until_idle().await?;
        let used = async |cell: &str| Ok::<_, anyhow::Error>(look(t, cell).await?["room"]["stores"]["used"].clone());
        ensure!(used(&near).await? == 2 && used(&cells.name).await? == 1);
        let (told, _) = storebot(t, &["doctor"]).await?;
        ensure!(!told.contains("counted"), "{told}");
        Ok(())
    })
    .await
}
