"""The bill of materials of storebot's image, out of what its programs say of themselves.

usage: sbom.py unpack ARCHIVE FOLDER   the programs in an image, as `docker save` writes it
       sbom.py write FOLDER FILE       FOLDER: storebot.json (rust-audit-info), helm.txt (go version -m),
                                       metadata.json (cargo metadata: licences); FILE: CycloneDX 1.6

The list in a program is what the linker was given, so it can neither forget nor invent anything, unlike one that is
made from a lock file. The result is held against CycloneDX's own schema.
"""

import json
import pathlib
import sys
import tarfile
import urllib.parse

PROGRAMS = {"usr/local/bin/storebot": "storebot", "usr/local/bin/helm": "helm"}
# Less would mean that a list was not read: storebot alone has hundreds, and Helm has Kubernetes' client in it.
LEAST = 100


def unpack(archive, folder):
    missing = set(PROGRAMS)
    with tarfile.open(archive) as image:
        manifest = json.load(image.extractfile("manifest.json"))
        for name in manifest[0]["Layers"]:
            with tarfile.open(fileobj=image.extractfile(name)) as layer:
                for member in layer:
                    path = member.name.removeprefix("./")
                    if path in PROGRAMS:
                        (folder / PROGRAMS[path]).write_bytes(layer.extractfile(member).read())
                        missing.discard(path)
    for path in PROGRAMS.values():
        (folder / path).chmod(0o755) if (folder / path).exists() else None
    if missing:
        sys.exit(f"the image has no {', '.join(sorted(missing))}")


def crates(folder):
    """What storebot is built from; what only ran during its build is left out. The first one is storebot."""
    packages = json.loads((folder / "storebot.json").read_text())["packages"]
    metadata = json.loads((folder / "metadata.json").read_text())["packages"]
    licences = {(p["name"], p["version"]): p.get("license") for p in metadata}
    root = next(p for p in packages if p.get("root"))
    linked = [p for p in packages if p.get("kind", "runtime") == "runtime" and not p.get("root")]
    return component("cargo", root["name"], root["version"], licences), [
        component("cargo", p["name"], p["version"], licences) for p in linked
    ]


def modules(folder):
    """What Helm is built from. The first one is Helm, with the version it was stamped with."""
    found = []
    helm = None
    for line in (folder / "helm.txt").read_text().splitlines():
        fields = line.split("\t")
        if len(fields) < 4 or fields[1] not in ("dep", "=>"):
            continue
        if fields[1] == "=>":
            found.pop()
        one = component("golang", fields[2], fields[3], {})
        if fields[2] == "helm.sh/helm/v4":
            helm = one
        else:
            found.append(one)
    if helm is None:
        sys.exit("Helm does not say which Helm it is")
    return helm, found


def component(kind, name, version, licences):
    purl = f"pkg:{kind}/{urllib.parse.quote(name, safe='/')}@{urllib.parse.quote(version, safe='')}"
    found = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    licence = licences.get((name, version))
    if licence:
        # Some still write a slash, which is no expression.
        found["licenses"] = [{"expression": licence.replace("/", " OR ")}]
    return found


def write(folder, file):
    storebot, of_storebot = crates(folder)
    helm, of_helm = modules(folder)
    for name, found in (("storebot", of_storebot), ("helm", of_helm)):
        if len(found) < LEAST:
            sys.exit(f"{name} lists {len(found)} parts only: its list was not read")
    storebot["type"] = helm["type"] = "application"
    image = {"type": "container", "bom-ref": "image", "name": "storebot", "version": storebot["version"]}
    references = lambda parts: sorted({part["bom-ref"] for part in parts})
    everything = {part["bom-ref"]: part for part in [storebot, helm, *of_storebot, *of_helm]}
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": image},
        "components": [everything[key] for key in sorted(everything)],
        "dependencies": [
            {"ref": "image", "dependsOn": references([storebot, helm])},
            {"ref": storebot["bom-ref"], "dependsOn": references(of_storebot)},
            {"ref": helm["bom-ref"], "dependsOn": references(of_helm)},
        ],
    }
    check(document)
    file.write_text(json.dumps(document, indent=1) + "\n")
    print(f"{file}: {len(of_storebot)} crates, {len(of_helm)} Go modules")


def check(document):
    import cyclonedx.schema
    import jsonschema
    from referencing import Registry, Resource

    schemas = pathlib.Path(cyclonedx.schema.__file__).parent / "_res"
    registry = Registry()
    for path in schemas.glob("*.schema.json"):
        schema = json.loads(path.read_text())
        resource = Resource.from_contents(schema)
        registry = registry.with_resource(schema["$id"], resource).with_resource(path.name, resource)
        # They refer to each other by the names they are published under.
        registry = registry.with_resource(f"http://cyclonedx.org/schema/{path.name.replace('.SNAPSHOT', '')}", resource)
    schema = json.loads((schemas / "bom-1.6.SNAPSHOT.schema.json").read_text())
    jsonschema.Draft7Validator(schema, registry=registry).validate(document)


if __name__ == "__main__":
    verb, source, target = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    {"unpack": unpack, "write": write}[verb](source, target)
