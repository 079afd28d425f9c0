//! A Kubernetes of our own, whatever its pods run on: the subcommands need not know.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::control_plane::ControlPlane;
use crate::layout::Layout;
use crate::node;
use crate::node::place::Place;
use crate::nodes::Nodes;
use crate::process::Services;
use crate::progress::Progress;

/// A cluster, whose data lies in one folder.
pub struct Kubernetes {
    plane: ControlPlane,
    place: Place,
    nodes: Nodes,
}

impl Kubernetes {
    /// Prepares certificates, ports and the kubeconfig.
    pub fn prepare(layout: &Layout, dir: &Path, logs: &Path, nodes: Nodes) -> Result<Self> {
        let plane = ControlPlane::prepare(layout, dir, nodes)?;
        Ok(Self { plane, place: node::place(layout, dir, logs), nodes })
    }

    /// Starts everything and waits until pods can be created and run.
    pub async fn start(&self, services: &mut Services, progress: Progress) -> Result<()> {
        match self.nodes {
            Nodes::Simulated => self.plane.start(services).await,
            Nodes::Real => node::start(&self.place, &self.plane, services, progress).await,
        }
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.plane.kubeconfig()
    }

    /// Where shops are served on loopback, if they are real.
    pub fn ingress_port(&self) -> Option<u16> {
        (self.nodes == Nodes::Real).then(|| self.plane.ingress_port())
    }
}
