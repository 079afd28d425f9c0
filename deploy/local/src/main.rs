//! The command line of what `make` starts locally.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand};
use storebot_local::layout::Layout;
use storebot_local::nodes::Nodes;
use storebot_local::run::{self, Options};
use storebot_local::with::{With, with};
use storebot_local::{cluster, node, nodes};

#[derive(Parser)]
#[command(about = "Starts what storebot needs on one machine: Redis, a Kubernetes, a stand-in Discord")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install packages and build the tools, start nothing
    Tools {
        /// What the tools are for
        #[arg(long, value_enum, default_value = "simulated")]
        nodes: Nodes,
    },
    /// Tell whether a real node can run here: exit code 1 and the reason if not
    Fitness,
    /// Run a command with a throw-away Redis and Kubernetes around it
    ///
    /// The command finds REDIS_URL, KUBECONFIG, STOREBOT_HELM and the tools in PATH, and on a real
    /// node STOREBOT_INGRESS_PORT, where shops are served on 127.0.0.1 by their host, and
    /// STOREBOT_ENGINES, the engines whose images are there (`medusa,woocommerce`).
    #[command(verbatim_doc_comment)]
    With {
        /// What the pods of the throw-away cluster run on; left out: simulated
        #[arg(long, value_enum)]
        nodes: Option<Nodes>,
        /// Redis only
        #[arg(long)]
        no_kubernetes: bool,
        /// Fail when the command, or a process around it, has printed a secret that the command wrote
        /// down: one line of JSON each, ["what", "secret"], in the file named by STOREBOT_TEST_SECRETS.
        /// Logs in the folder STOREBOT_TEST_LOGS are looked through, too
        #[arg(long)]
        secrets_check: bool,
        /// Use this cluster instead of a throw-away one
        #[arg(long, env = "KUBECONFIG")]
        kubeconfig: Option<OsString>,
        /// The command and its arguments
        #[arg(required = true, last = true)]
        command: Vec<String>,
    },
    /// Everything in the foreground, with two stores, until Ctrl-C
    Run {
        /// What the stores' pods run on; left out: a real node where one can run, and in a cluster
        /// of yours what its nodes are
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
    /// The first process of a real node; the others start it
    #[command(hide = true)]
    Node {
        /// Data of its cluster
        #[arg(long)]
        data: PathBuf,
        /// Where its logs go
        #[arg(long)]
        logs: PathBuf,
    },
}

#[derive(Subcommand)]
enum Action {
    /// Start it and print the path of its kubeconfig
    Up {
        /// What its pods run on
        #[arg(long, value_enum, default_value = "simulated")]
        nodes: Nodes,
    },
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
        Command::Tools { nodes } => nodes::tools(&layout, nodes).map(|()| 0),
        Command::Fitness => nodes::check().map(|()| 0),
        Command::With { nodes, no_kubernetes, secrets_check, kubeconfig, command } => {
            let kubeconfig = given(kubeconfig);
            if nodes.is_some() && kubeconfig.is_some() {
                bail!("--nodes is for a cluster started here, and KUBECONFIG names one of yours: leave one out");
            }
            let nodes = nodes.unwrap_or(Nodes::Simulated);
            let kubernetes = !no_kubernetes;
            with(&layout, &With { nodes, kubernetes, secrets_check, kubeconfig, command }).await
        }
        Command::Run { nodes, kubeconfig, domain } => {
            let kubeconfig = given(kubeconfig);
            run::run(&layout, &Options { kubeconfig, nodes, domain }).await
        }
        Command::Cluster { action: Action::Up { nodes } } => cluster::up(&layout, nodes).await,
        Command::Cluster { action: Action::Down } => {
            cluster::down(&layout);
            Ok(0)
        }
        Command::Cluster { action: Action::Status } => cluster::status(&layout).map(|()| 0),
        Command::Node { data, logs } => node::inside::run(&node::place(&layout, &data, &logs)).await,
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
