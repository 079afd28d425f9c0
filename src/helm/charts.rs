//! The engines' charts on disk. Knows where they are and what version they have; never renders them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::HelmError;
use crate::domain::engine::Engine;

#[derive(Debug)]
pub(super) struct Charts {
    root: PathBuf,
    /// Beside [`Engine::ALL`]. A chart belongs to the deployed storebot and does not change under it.
    versions: [OnceLock<String>; Engine::ALL.len()],
}

impl Charts {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, versions: Default::default() }
    }

    pub(super) fn folder(&self, engine: Engine) -> PathBuf {
        self.root.join(engine.as_str())
    }

    /// A value file, by path or by its name beside the chart's `values.yaml`.
    pub(super) fn beside(&self, engine: Engine, file: &Path) -> PathBuf {
        let is_name = file.components().count() == 1;
        if is_name { self.folder(engine).join(file) } else { file.to_owned() }
    }

    /// `<name>-<version>`; kept once it could be read.
    pub(super) fn version(&self, engine: Engine) -> Result<&str, HelmError> {
        let slot = Engine::ALL.iter().zip(&self.versions).find(|(e, _)| **e == engine).map(|(_, slot)| slot);
        let path = self.folder(engine).join("Chart.yaml");
        let slot = slot.ok_or_else(|| missing(&path, "is of no known engine"))?;
        if let Some(version) = slot.get() {
            return Ok(version);
        }
        let text = std::fs::read_to_string(&path).map_err(|error| missing(&path, &error.to_string()))?;
        let version = name_and_version(&text).ok_or_else(|| missing(&path, "has no name and version"))?;
        Ok(slot.get_or_init(|| version))
    }
}

fn missing(path: &Path, why: &str) -> HelmError {
    HelmError::Missing { what: format!("the chart file {} {why}: set helm.charts", path.display()) }
}

/// Reads two top-level scalars. Our own charts write them plainly, so that no YAML reader is needed.
fn name_and_version(text: &str) -> Option<String> {
    let scalar = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
        let value = line.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        (!value.is_empty()).then(|| value.to_owned())
    };
    Some(format!("{}-{}", scalar("name")?, scalar("version")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_file_names_its_version() {
        let text = "apiVersion: v2\nname: medusa # the engine\nappVersion: \"2.21.2\"\nversion: \"0.1.0\"\n\
                    dependencies:\n  - name: store-common\n    version: 9.9.9\n";
        assert_eq!(name_and_version(text).as_deref(), Some("medusa-0.1.0"));
        assert_eq!(name_and_version("name: medusa\nversions: 1\n  version: 2"), None);
    }

    #[test]
    fn a_version_is_read_once() {
        let root = tempfile::tempdir().unwrap();
        let charts = Charts::new(root.path().to_owned());
        assert!(matches!(charts.version(Engine::Medusa), Err(HelmError::Missing { .. })));
        std::fs::create_dir(charts.folder(Engine::Medusa)).unwrap();
        let file = charts.folder(Engine::Medusa).join("Chart.yaml");
        std::fs::write(&file, "name: medusa\nversion: 1.2.3\n").unwrap();
        assert_eq!(charts.version(Engine::Medusa).unwrap(), "medusa-1.2.3");
        std::fs::remove_file(&file).unwrap();
        assert_eq!(charts.version(Engine::Medusa).unwrap(), "medusa-1.2.3");
        assert!(charts.version(Engine::Woocommerce).is_err());
    }
}
