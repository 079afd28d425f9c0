//! The shop software a store runs.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Woocommerce,
    Medusa,
}

impl Engine {
    pub const ALL: [Self; 2] = [Self::Woocommerce, Self::Medusa];

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.as_str() == text)
    }

    /// The name in the API, in labels and of the chart's folder.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Woocommerce => "woocommerce",
            Self::Medusa => "medusa",
        }
    }

    /// The name people know it by.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Woocommerce => "WooCommerce",
            Self::Medusa => "Medusa",
        }
    }

    /// The workloads of the engine's chart (Deployments and StatefulSets, by name) that must all be
    /// ready before the shop can sell. A test holds this list against the rendered charts.
    #[must_use]
    pub fn workloads(self) -> &'static [&'static str] {
        match self {
            Self::Woocommerce => &["database", "shop"],
            Self::Medusa => &["cache", "database", "shop"],
        }
    }

    /// Path of the shop owner's administration, below the store's address.
    #[must_use]
    pub fn admin_path(self) -> &'static str {
        match self {
            Self::Woocommerce => "/wp-admin/",
            Self::Medusa => "/app",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
