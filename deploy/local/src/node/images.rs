//! The images of the node. There is no registry: what `make images` wrote is imported, once
//! for each digest, and the pause image, which every pod needs, is made here.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::containerd::{PAUSE, ctr};
use super::place::Place;
use crate::layout::private_dir;

/// Of a tar archive.
const BLOCK: usize = 512;

/// An image in a file.
#[derive(Clone, Debug)]
struct Archive {
    name: String,
    file: PathBuf,
    digest: String,
}

/// Imports what containerd does not have yet, telling each.
pub async fn import(place: &Place, say: impl Fn(&str)) -> Result<()> {
    let stamps = place.store().join("imported");
    private_dir(&stamps)?;
    let mut archives = vec![pause(place)?];
    archives.extend(built(&place.layout.images())?);
    for archive in archives {
        let stamp = stamps.join(&archive.name);
        if fs::read_to_string(&stamp).is_ok_and(|have| have == archive.digest) {
            continue;
        }
        let size = archive.file.metadata().map_or(0, |meta| meta.len() / 1_000_000);
        say(&format!("importing the image {} ({size} MB)", archive.name));
        let file = archive.file.display().to_string();
        ctr(&["images", "import", &file])
            .await
            .with_context(|| format!("{file} cannot be imported; `make images` writes it anew once it is removed"))?;
        fs::write(&stamp, &archive.digest).with_context(|| format!("{} cannot be written", stamp.display()))?;
    }
    Ok(())
}

/// What `make images` has built. An archive without a digest is one that is being written.
fn built(dir: &Path) -> Result<Vec<Archive>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", dir.display())),
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "tar"));
    files.sort();
    let archives = files.into_iter().filter_map(|file| {
        let digest = fs::read_to_string(file.with_extension("digest")).ok()?.trim().to_owned();
        Some(Archive { name: file.file_stem()?.to_string_lossy().into_owned(), file, digest })
    });
    Ok(archives.collect())
}

/// Writes the pause image around its program, as `docker save` would.
fn pause(place: &Place) -> Result<Archive> {
    let program = place.layout.tool("pause");
    let program = fs::read(&program).with_context(|| format!("{} cannot be read", program.display()))?;
    let layer = tar(&[("pause", 0o755, &program)])?;
    let config = json!({
        "architecture": std::env::consts::ARCH.replace("x86_64", "amd64").replace("aarch64", "arm64"),
        "os": "linux",
        "config": {"Entrypoint": ["/pause"], "User": "65535:65535"},
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{}", digest(&layer))]},
    });
    let manifest = json!([{"Config": "config.json", "RepoTags": [PAUSE], "Layers": ["layer.tar"]}]);
    let archive = tar(&[
        ("config.json", 0o644, config.to_string().as_bytes()),
        ("layer.tar", 0o644, &layer),
        ("manifest.json", 0o644, manifest.to_string().as_bytes()),
    ])?;
    let file = place.own().join("pause.tar");
    fs::write(&file, &archive).with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(Archive { name: "pause".to_owned(), file, digest: digest(&archive) })
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A tar archive of plain files: name, mode, content.
fn tar(files: &[(&str, u32, &[u8])]) -> Result<Vec<u8>> {
    let mut archive = Vec::new();
    for (name, mode, content) in files {
        archive.extend(header(name, *mode, content.len()).context("a tar header cannot be written")?);
        archive.extend_from_slice(content);
        archive.resize(archive.len().next_multiple_of(BLOCK), 0);
    }
    // Two empty blocks end it.
    archive.resize(archive.len() + 2 * BLOCK, 0);
    Ok(archive)
}

/// Fields of the ustar format lie at fixed places, numbers in octal.
fn header(name: &str, mode: u32, size: usize) -> std::io::Result<[u8; BLOCK]> {
    let mut block = [0; BLOCK];
    let mut field = |at: usize, text: String| (&mut block[at..]).write_all(text.as_bytes());
    field(0, name.to_owned())?;
    field(100, format!("{mode:07o}\0{:07o}\0{:07o}\0{size:011o}\0{:011o}\0", 0, 0, 0))?;
    // The checksum counts itself as blanks.
    field(148, " ".repeat(8))?;
    field(156, "0".to_owned())?;
    field(257, "ustar\x0000".to_owned())?;
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    (&mut block[148..]).write_all(format!("{sum:06o}\0 ").as_bytes())?;
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_programs_can_read_our_archives() -> Result<()> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tmp").join("written.tar");
        fs::create_dir_all(file.parent().context("no folder")?)?;
        fs::write(&file, tar(&[("a/b", 0o755, b"hello"), ("c", 0o644, &[7; 1000])])?)?;
        let output = std::process::Command::new("tar").arg("-tvf").arg(&file).output()?;
        let listed = String::from_utf8(output.stdout)?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(listed.starts_with("-rwxr-xr-x 0/0               5"), "{listed}");
        assert!(listed.trim_end().ends_with(" c"), "{listed}");
        Ok(())
    }
}
