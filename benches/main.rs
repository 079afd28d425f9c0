//! The benchmarks: `make bench`, or one of them: `storebot-local with -- cargo bench -- accept`.
//!
//! Each figure is measured beside its floor: the least that anybody would have to do for the same
//! effect (a bare handler with one XADD, Helm by hand), in the same run and in turns, so that a busy
//! machine slows both. Nothing here fails because something was slow; goals are printed, not enforced.
//!
//! | module | figures |
//! |---|---|
//! | `accept` | `accept_create`, `accept_create_p99`, `load_generator`, `list_200`, `list_200_p99` |
//! | `start` | `cold_start`, `cold_ready`, `rss_ready`, `rss_idle` |
//! | `stores` | `dispatch`, `create_simulated` |
//! | `lag` | `ready_lag` |
//! | `burst` | `burst_100` |
//! | `thousand` | `thousand_stores`; only when it is named, since it takes a quarter of an hour. `BENCH_STORES`: how many |
//! | `list_10k` | `list_10k_p99`, `list_10k_200_p99`, `list_10k_phase_p99`, `list_10k_rare_p99`, `list_10k_none_p99`, `list_10k_name_p99`, `list_10k_search_p99`, `list_10k_lost_p99`, `list_10k_owner_p99`, `list_10k_own_p99`; `board_10k`, `board_10k_p99`, `board_10k_size` |
//! | `footprint` | `etcd_store`, `etcd_objects`, `api_requests`, `watch_store`; only when it is named. `BENCH_STORES`: how many |
//! | `interactions` | `interactions_p99` |
//! | `deliveries` | `deliveries_p99` |
//! | `checks` | `checks`, `limiter_100k` |
//! | `pages` | `pages_500`, `page_open`, `pages_told`, `pages_told_p99`, `pages_told_middle`; the same of the list: `lists_500` … |
//! | `line` | `claim_settle`, `records_100k`, `sweep_100k` |

mod accept;
mod bot;
mod burst;
mod checks;
mod cluster;
mod deliveries;
mod floor;
mod footprint;
mod interactions;
mod lag;
mod line;
mod list;
mod load;
mod pages;
mod report;
mod start;
mod stores;

use anyhow::Result;
use report::Report;

/// What the bench program calls itself with to be the bare server.
const FLOOR_SERVER: &str = "--floor-server";

#[tokio::main]
async fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Some(args) = args.strip_prefix(&[FLOOR_SERVER.to_owned()]) {
        return floor::serve(args).await;
    }
    if args == [checks::LIMITER] {
        return checks::fill();
    }
    // cargo adds flags of its own (`--bench`).
    let chosen: Vec<&str> = args.iter().map(String::as_str).filter(|a| !a.starts_with('-')).collect();
    let wanted = |name: &str| chosen.is_empty() || chosen.contains(&name);
    let mut report = Report::default();
    if wanted("accept") {
        accept::creates(&mut report).await?;
    }
    if wanted("list") {
        accept::lists(&mut report).await?;
    }
    if wanted("list_10k") {
        list::ten_thousand(&mut report).await?;
    }
    if wanted("start") {
        start::cold(&mut report).await?;
        start::memory(&mut report).await?;
    }
    if wanted("stores") {
        stores::one_by_one(&mut report).await?;
    }
    if wanted("lag") {
        lag::ready(&mut report).await?;
    }
    if wanted("burst") {
        burst::hundred(&mut report).await?;
    }
    if chosen.contains(&"thousand") {
        burst::thousand(&mut report).await?;
    }
    if chosen.contains(&"footprint") {
        footprint::stores(&mut report).await?;
    }
    if wanted("interactions") {
        interactions::thousand(&mut report).await?;
    }
    if wanted("deliveries") {
        deliveries::burst(&mut report).await?;
    }
    if wanted("checks") {
        checks::checks(&mut report).await?;
        checks::limiter(&mut report).await?;
    }
    if wanted("pages") {
        pages::open(&mut report).await?;
    }
    if wanted("line") {
        line::claims(&mut report).await?;
        line::many(&mut report).await?;
    }
    report.write()
}
