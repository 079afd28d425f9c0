//! The control group that everything of one node is in: its own processes in the leaf
//! `system`, its pods below `kubepods`. Cgroups are the one thing of a node that is not in a
//! namespace, so what a killed node left of them is found by its name and removed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// Above the groups of all nodes of this machine.
const PARENT: &str = "storebot-local";

/// The control group of one node.
#[derive(Clone, Debug)]
pub struct Cgroup {
    /// Its path below each hierarchy, beginning with a slash.
    pub name: String,
    hierarchies: Vec<PathBuf>,
}

impl Cgroup {
    /// Makes the group, and puts this process and all it will start into it.
    pub fn enter(name: &str) -> Result<Self> {
        let group = Self { name: format!("/{PARENT}/{name}"), hierarchies: mounted()? };
        for hierarchy in &group.hierarchies {
            remove_orphans(&hierarchy.join(PARENT));
            let system = hierarchy.join(PARENT).join(name).join("system");
            enter(hierarchy, &system)
                .with_context(|| format!("the control group {} cannot be used", system.display()))?;
        }
        Ok(group)
    }

    /// Gives this process back to the root group and removes the group, as far as it is empty.
    /// Returns whether no other node is left on this machine.
    pub fn leave(&self) -> bool {
        let mut last = true;
        for hierarchy in &self.hierarchies {
            let _ = move_into(hierarchy);
            remove(&hierarchy.join(self.name.trim_start_matches('/')));
            last &= fs::remove_dir(hierarchy.join(PARENT)).is_ok();
        }
        last
    }
}

/// Whether groups can be made here, in which processes can be limited; found out by trying.
pub fn check() -> Result<()> {
    for hierarchy in mounted()? {
        let group = hierarchy.join(PARENT).join("check");
        let tried = fs::create_dir_all(&group).and_then(|()| pass_on_controllers(&hierarchy, &group));
        remove(&group);
        let _ = fs::remove_dir(hierarchy.join(PARENT));
        tried.with_context(|| format!("{} cannot be used", hierarchy.display()))?;
    }
    Ok(())
}

fn mounted() -> Result<Vec<PathBuf>> {
    let mounts = fs::read_to_string("/proc/self/mounts").context("/proc/self/mounts cannot be read")?;
    let found = hierarchies(&mounts);
    ensure!(!found.is_empty(), "no control groups are mounted");
    Ok(found)
}

/// The mount points of all hierarchies: one with cgroup v2, one for each controller with v1.
fn hierarchies(mounts: &str) -> Vec<PathBuf> {
    let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let cgroups = fields.filter(|fields| matches!(fields.get(2), Some(&("cgroup" | "cgroup2"))));
    cgroups.filter_map(|fields| fields.get(1).map(PathBuf::from)).collect()
}

fn enter(hierarchy: &Path, group: &Path) -> std::io::Result<()> {
    fs::create_dir_all(group)?;
    pass_on_controllers(hierarchy, group)?;
    inherit_cpuset(group)?;
    move_into(group)
}

/// With v2 a group can limit only what all groups above it let it: the kubelet wants everything.
fn pass_on_controllers(hierarchy: &Path, group: &Path) -> std::io::Result<()> {
    let Ok(all) = fs::read_to_string(hierarchy.join("cgroup.controllers")) else {
        return Ok(());
    };
    let above = group.ancestors().skip(1).take_while(|level| level.starts_with(hierarchy));
    let mut levels: Vec<&Path> = above.collect();
    levels.reverse();
    for level in levels {
        for controller in all.split_whitespace() {
            fs::write(level.join("cgroup.subtree_control"), format!("+{controller}"))?;
        }
    }
    Ok(())
}

/// A new cpuset of v1 is empty, and nothing may enter it: each level gets what the one above has.
fn inherit_cpuset(group: &Path) -> std::io::Result<()> {
    let Some((node, parent)) = group.parent().and_then(|node| Some((node, node.parent()?))) else {
        return Ok(());
    };
    for level in [parent, node, group] {
        for file in ["cpuset.cpus", "cpuset.mems"] {
            let own = level.join(file);
            if fs::read_to_string(&own).is_ok_and(|value| value.trim().is_empty())
                && let Some(above) = level.parent().map(|above| above.join(file))
                && let Ok(value) = fs::read_to_string(above)
                && !value.trim().is_empty()
                // With cgroup v2 an empty cpuset means "as above" already.
                && !level.join("cgroup.controllers").exists()
            {
                fs::write(own, value)?;
            }
        }
    }
    Ok(())
}

fn move_into(group: &Path) -> std::io::Result<()> {
    // Zero is whoever writes.
    fs::write(group.join("cgroup.procs"), "0")
}

/// Removes the groups of nodes of which no process is left.
fn remove_orphans(parent: &Path) {
    for node in children(parent) {
        if !has_processes(&node) {
            remove(&node);
        }
    }
}

fn has_processes(group: &Path) -> bool {
    let own = fs::read_to_string(group.join("cgroup.procs")).is_ok_and(|list| !list.trim().is_empty());
    own || children(group).iter().any(|child| has_processes(child))
}

/// A group is removed like an empty folder, after those inside it.
fn remove(group: &Path) {
    children(group).iter().for_each(|child| remove(child));
    // Refused by the kernel while a process is in it, which is right.
    let _ = fs::remove_dir(group);
}

fn children(group: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(group).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hierarchies_of_both_versions_are_found() {
        let mounts = "proc /proc proc rw 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
        let found = hierarchies(mounts);
        assert_eq!(found, [Path::new("/sys/fs/cgroup/cpu"), Path::new("/sys/fs/cgroup/unified")]);
    }
}
