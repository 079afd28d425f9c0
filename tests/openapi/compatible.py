"""Whether programs that were written for the last release go on working: `openapi/released.yaml` is its document.

    compatible.py OASDIFF RELEASED NOW            fails at a change that breaks them
    compatible.py OASDIFF RELEASED NOW --itself   first shows, with changes made up here, that it does

What storebot sends by itself (`webhooks`) is read by receivers just as answers are, so oasdiff, which compares
operations alone, is shown each as an answer.
"""

import copy
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import yaml

Document = dict[str, Any]


def judged(oasdiff: str, released: Document, now: Document) -> tuple[bool, str]:
    """Whether nothing breaks, and what oasdiff says."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name, document in [("released", released), ("now", now)]:
            file = pathlib.Path(folder, f"{name}.yaml")
            file.write_text(yaml.safe_dump(with_outgoing(document)))
            files.append(str(file))
        # A field that may be absent is missed all the same once it never comes: more than oasdiff's warning.
        levels = str(pathlib.Path(__file__).with_name("severity.txt"))
        command = [oasdiff, "breaking", *files, "--fail-on", "ERR", "--severity-levels", levels, "--color", "never"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode not in (0, 1):
        sys.exit(f"oasdiff failed: {ended.stderr}")
    return ended.returncode == 0, ended.stdout.replace(folder, "")


def with_outgoing(document: Document) -> Document:
    """The document with each webhook's body as an answer."""
    document = copy.deepcopy(document)
    for kind, item in document.pop("webhooks", {}).items():
        answer = {"description": kind, "content": item["post"]["requestBody"]["content"]}
        document["paths"][f"/outgoing/{kind}"] = {
            "get": {"operationId": f"outgoing-{kind}", "responses": {"200": answer}}
        }
    return document


def schema(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


def without_operation(document: Document) -> None:
    del document["paths"]["/v1/stores/{store}"]["delete"]


def without_field(document: Document) -> None:
    del schema(document, "Store")["properties"]["url"]


def without_required_field(document: Document) -> None:
    schema(document, "StoreList")["required"].remove("items")


def with_required_field(document: Document) -> None:
    asked = schema(document, "CreateStore")
    asked["properties"]["colour"] = {"type": "string"}
    asked["required"].append("colour")


def with_field_required(document: Document) -> None:
    schema(document, "CreateStore")["required"].append("title")


def with_fewer_words(document: Document) -> None:
    schema(document, "Plan")["enum"].pop()


def with_required_parameter(document: Document) -> None:
    parameters = document["paths"]["/v1/stores"]["get"]["parameters"]
    parameters.append({"name": "colour", "in": "query", "required": True, "schema": {"type": "string"}})


def with_shorter_names(document: Document) -> None:
    schema(document, "CreateStore")["properties"]["name"]["maxLength"] = 20


def with_another_type(document: Document) -> None:
    schema(document, "Store")["properties"]["version"] = {"type": "string"}


def without_webhook(document: Document) -> None:
    del document["webhooks"]["store.ready"]


def without_field_in_webhook(document: Document) -> None:
    del schema(document, "StoreNotification")["properties"]["timestamp"]


def with_more(document: Document) -> None:
    """What may come with any release."""
    schema(document, "Store")["properties"]["colour"] = {"type": "string"}
    schema(document, "CreateStore")["properties"]["colour"] = {"type": "string"}
    document["paths"]["/v1/colours"] = copy.deepcopy(document["paths"]["/v1/quota"])
    document["paths"]["/v1/colours"]["get"]["operationId"] = "getColours"
    schema(document, "Plan")["enum"].append("huge")


BREAK: list[Callable[[Document], None]] = [
    without_operation,
    without_field,
    without_required_field,
    with_required_field,
    with_field_required,
    with_fewer_words,
    with_required_parameter,
    with_shorter_names,
    with_another_type,
    without_webhook,
    without_field_in_webhook,
]


def itself(oasdiff: str, document: Document) -> None:
    for change in [*BREAK, with_more]:
        changed = copy.deepcopy(document)
        change(changed)
        good, said = judged(oasdiff, document, changed)
        if good != (change is with_more):
            sys.exit(f"{change.__name__}: taken for {'no break' if good else 'a break'}\n{said}")
    print(f"{len(BREAK)} changes that break programs are seen, and what may be added is let be")


def main(oasdiff: str, released: str, now: str, *more: str) -> None:
    before, after = (yaml.safe_load(pathlib.Path(file).read_text()) for file in (released, now))
    if more == ("--itself",):
        itself(oasdiff, before)
    good, said = judged(oasdiff, before, after)
    if not good:
        sys.exit(
            f"{said}\n{now} breaks programs written for the last release ({released}). If that is meant, say so in "
            "CHANGELOG.md, and renew it when it is released: make released"
        )
    print(f"{now} breaks nothing that {released} promises")


main(*sys.argv[1:])
