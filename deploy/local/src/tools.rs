//! The Go tools: built once from the pinned module into `.local/bin`, and again only
//! when something that goes into them changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::layout::Layout;
use crate::packages::find_program;
use crate::progress::Progress;

/// Tools that are built together, and only when they are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    what: &'static str,
    stamp: &'static str,
    tools: &'static [Tool],
}

/// Name of the binary, the folder of its module below `deploy/local/tools`, and the package it
/// is built from. etcd's package would come out as `server`, hence one build per tool; the compile
/// cache is shared all the same.
type Tool = (&'static str, &'static str, &'static str);

/// Helm and a control plane with simulated nodes.
pub const CONTROL_PLANE: Group = Group {
    what: "the local Kubernetes from source, once: about 6 minutes on 2 cores",
    stamp: ".stamp",
    tools: &[
        ("helm", ".", "helm.sh/helm/v4/cmd/helm"),
        ("etcd", ".", "go.etcd.io/etcd/server/v3"),
        ("kube-apiserver", ".", "k8s.io/kubernetes/cmd/kube-apiserver"),
        ("kube-controller-manager", ".", "k8s.io/kubernetes/cmd/kube-controller-manager"),
        ("kube-scheduler", ".", "k8s.io/kubernetes/cmd/kube-scheduler"),
        ("kubectl", ".", "k8s.io/kubernetes/cmd/kubectl"),
        ("kwok", ".", "sigs.k8s.io/kwok/cmd/kwok"),
    ],
};

/// What a real node needs in addition.
pub const REAL_NODE: Group = Group {
    what: "the parts of a real node from source, once: about 2 minutes on 2 cores",
    stamp: ".stamp-node",
    tools: &[
        ("kubelet", ".", "k8s.io/kubernetes/cmd/kubelet"),
        ("kube-proxy", ".", "k8s.io/kubernetes/cmd/kube-proxy"),
        ("coredns", "coredns", "."),
        ("pause", ".", "./pause"),
    ],
};

/// Clients such as Helm read the server's version, which a plain `go build` leaves empty.
const STAMPED: [(&str, &str, Part); 4] = [
    ("k8s.io/component-base/version.gitVersion", "k8s.io/kubernetes", Part::Whole),
    ("k8s.io/component-base/version.gitMajor", "k8s.io/kubernetes", Part::Major),
    ("k8s.io/component-base/version.gitMinor", "k8s.io/kubernetes", Part::Minor),
    ("helm.sh/helm/v4/internal/version.version", "helm.sh/helm/v4", Part::Whole),
];

#[derive(Clone, Copy)]
enum Part {
    Whole,
    Major,
    Minor,
}

/// Go 1.21 is the first that fetches the newer toolchain `go.mod` asks for by itself.
const NO_GO: &str = "Go is missing (1.21 or newer). Install it: `apt-get install -y --no-install-recommends golang-go` on Debian 13 or Ubuntu 24.04 and later, elsewhere Go's own archive unpacked and its bin/ in PATH. Or use a cluster of your own, which needs no Go: KUBECONFIG=/path/to/kubeconfig";

/// Builds what is missing or out of date.
pub fn ensure(layout: &Layout, group: Group, progress: Progress) -> Result<()> {
    let Some(go) = find_program("go") else { bail!("{NO_GO}") };
    let module =
        fs::read_to_string(layout.tools_module().join("go.mod")).context("deploy/local/tools/go.mod cannot be read")?;
    let ldflags = ldflags(&module)?;
    let stamp = layout.bin().join(group.stamp);
    let wanted = fingerprint(layout, group, &go, &ldflags)?;
    let built = group.tools.iter().all(|(name, ..)| layout.tool(name).is_file());
    if built && fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    fs::create_dir_all(layout.bin()).context(".local/bin cannot be made")?;
    progress.say(&format!("building {}", group.what));
    for (number, tool) in (1..).zip(group.tools) {
        build(layout, &go, &ldflags, *tool)?;
        progress.say(&format!("built {} ({number} of {})", tool.0, group.tools.len()));
    }
    fs::write(&stamp, wanted).context("the stamp of .local/bin cannot be written")
}

/// Helm for a cluster that is not ours: no Go is asked for.
pub fn find_helm(layout: &Layout) -> Result<PathBuf> {
    let own = layout.tool("helm");
    if own.is_file() {
        return Ok(own);
    }
    find_program("helm")
        .context("helm is missing: install Helm 4.1 or newer into PATH, or run `make tools` (needs Go) to build it")
}

fn build(layout: &Layout, go: &Path, ldflags: &str, tool: Tool) -> Result<()> {
    let (name, module, package) = tool;
    // Replaced by rename: a control plane may be running from the old file.
    let new = layout.bin().join(format!(".{name}.new"));
    let status = Command::new(go)
        .current_dir(layout.tools_module().join(module))
        .args(["build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags", ldflags, "-o"])
        .arg(&new)
        .arg(package)
        // Static binaries need no C compiler and run on any Linux.
        .env("CGO_ENABLED", "0")
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status()
        .context("go does not start")?;
    if !status.success() {
        bail!("building {name} failed ({status}): see above; `make run` again continues from here");
    }
    fs::rename(&new, layout.tool(name)).with_context(|| format!("{name} cannot be put in place"))
}

/// Changes when any input of the build does.
fn fingerprint(layout: &Layout, group: Group, go: &Path, ldflags: &str) -> Result<String> {
    let version = Command::new(go)
        .args(["env", "GOVERSION"])
        .current_dir(layout.tools_module())
        .output()
        .context("go does not start")?;
    if !version.status.success() {
        bail!("`go env GOVERSION` failed: {}", String::from_utf8_lossy(&version.stderr).trim());
    }
    let mut hash = Sha256::new();
    let module = layout.tools_module();
    let mut files = vec![module.join("go.mod"), module.join("go.sum")];
    // Of the few programs of our own every file counts.
    for (_, folder, package) in group.tools.iter().filter(|(.., package)| package.starts_with('.')) {
        files.extend(sources(&module.join(folder).join(package))?);
    }
    for file in files {
        hash.update(fs::read(&file).with_context(|| format!("{} is missing", file.display()))?);
    }
    hash.update(&version.stdout);
    hash.update(ldflags);
    Ok(hex::encode(hash.finalize()))
}

fn sources(dir: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| format!("{} cannot be read", dir.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

fn ldflags(module: &str) -> Result<String> {
    let mut flags = String::from("-s -w");
    for (variable, path, part) in STAMPED {
        let version = required_version(module, path)?;
        let mut numbers = version.trim_start_matches('v').split('.');
        let value = match part {
            Part::Whole => Some(version),
            Part::Major => numbers.next(),
            Part::Minor => numbers.nth(1),
        };
        let value = value.with_context(|| format!("{path} {version} is not a version"))?;
        flags.push_str(&format!(" -X {variable}={value}"));
    }
    Ok(flags)
}

/// The version `go.mod` requires of a module.
fn required_version<'a>(module: &'a str, path: &str) -> Result<&'a str> {
    module
        .lines()
        .map(|line| line.trim().trim_start_matches("require "))
        .find_map(|line| line.strip_prefix(path)?.strip_prefix(" v").map(|_| line))
        .and_then(|line| line.split_whitespace().nth(1))
        .with_context(|| format!("deploy/local/tools/go.mod does not require {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_the_module_file() -> Result<()> {
        let module = "tool (\n\thelm.sh/helm/v4/cmd/helm\n)\nrequire (\n\thelm.sh/helm/v4 v4.2.4\n\tk8s.io/kubernetes v1.36.3\n)\n";
        let flags = ldflags(module)?;
        assert!(flags.contains("version.gitVersion=v1.36.3"), "{flags}");
        assert!(flags.contains("version.gitMinor=36"), "{flags}");
        assert!(flags.contains("internal/version.version=v4.2.4"), "{flags}");
        Ok(())
    }
}
