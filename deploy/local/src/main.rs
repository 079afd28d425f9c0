//! The command line of what `make` starts locally.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand, ValueEnum};
use storebot_local::layout::Layout;
use storebot_local::run::{self, Options};
use storebot_local::with::{With, with};
use storebot_local::{cluster, prepare};

#[derive(Parser)]
#[command(about = "Starts what storebot needs on one machine: Redis, a Kubernetes, a stand-in Discord")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install packages and build the tools, start nothing
    Tools,
    /// Run a command with a throw-away Redis and Kubernetes around it
    With {
        /// Redis only
        #[arg(long)]
        no_kubernetes: bool,
        /// Use this cluster instead of a throw-away one
        #[arg(long, env = "KUBECONFIG")]
        kubeconfig: Option<OsString>,
        /// The command and its arguments
        #[arg(required = true, last = true)]
        command: Vec<String>,
    },
    /// Everything in the foreground, with two stores, until Ctrl-C
    Run {
        /// What the stores' pods run on; left out: simulated here, looked up in a cluster of yours
        #[arg(long, value_enum)]
        nodes: Option<Nodes>,
        /// Use this cluster instead of one started here
        #[arg(long, env = "KUBECONFIG")]
        kubeconfig: Option<OsString>,
        /// Stores are found at <name>.<domain>
        #[arg(long, default_value = "stores.localhost")]
        domain: String,
    },
    /// Only the Kubernetes, in the background
    Cluster {
        #[command(subcommand)]
        action: Action,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Nodes {
    /// Pods are simulated: quick, and no shop really runs
    Simulated,
    /// A real node on this machine
    Real,
}

#[derive(Subcommand)]
enum Action {
    /// Start it and print the path of its kubeconfig
    Up,
    /// Stop it and keep its data
    Down,
    /// Tell what runs
    Status,
}

// One thread: children are tied to the life of the thread that starts them.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match dispatch(Cli::parse().command).await {
        Ok(code) => code.into(),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(command: Command) -> Result<u8> {
    let layout = Layout::find()?;
    match command {
        Command::Tools => prepare(&layout).map(|()| 0),
        Command::With { no_kubernetes, kubeconfig, command } => {
            let kubeconfig = given(kubeconfig);
            with(&layout, &With { kubernetes: !no_kubernetes, kubeconfig, command }).await
        }
        Command::Run { nodes, kubeconfig, domain } => {
            let kubeconfig = given(kubeconfig);
            if kubeconfig.is_none() && matches!(nodes, Some(Nodes::Real)) {
                bail!("a real node is not built yet: leave NODES out, or give KUBECONFIG=… of your own cluster");
            }
            let simulated = nodes.map(|nodes| matches!(nodes, Nodes::Simulated));
            run::run(&layout, &Options { kubeconfig, simulated, domain }).await
        }
        Command::Cluster { action: Action::Up } => cluster::up(&layout).await,
        Command::Cluster { action: Action::Down } => {
            cluster::down(&layout);
            Ok(0)
        }
        Command::Cluster { action: Action::Status } => cluster::status(&layout).map(|()| 0),
    }
}

/// `KUBECONFIG=` is how a shell says "none"; a path would refuse to be empty. Not every shell
/// replaces the `~` in `make run KUBECONFIG=~/.kube/config`.
fn given(kubeconfig: Option<OsString>) -> Option<PathBuf> {
    let path = kubeconfig.filter(|path| !path.is_empty()).map(PathBuf::from)?;
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => Some(home.join(rest)),
        _ => Some(path),
    }
}
