//! The program: reads the command line and the configuration, and hands over to [`storebot::app`].

use std::process::ExitCode;

use clap::Parser;
use storebot::cli::{Cli, Exit};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Exit::Usage(message)) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
        Err(Exit::Told) => ExitCode::FAILURE,
        Err(Exit::Failed(error)) => {
            eprintln!("storebot: {error:#}");
            ExitCode::FAILURE
        }
    }
}
