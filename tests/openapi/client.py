"""A program on top of the Python client that openapi-python-client makes of the document.

Makes a store, follows it by server-sent events until it is ready, reads and lists it, meets a problem, and
deletes it. STOREBOT_URL and STOREBOT_TOKEN say where and who; the first argument is the store's name.
"""

import json
import os
import sys
from collections.abc import Iterator

from storebot_client import AuthenticatedClient
from storebot_client.api.stores import create_store, delete_store, get_store, list_stores
from storebot_client.models import (
    CreatedStore,
    CreateStore,
    Engine,
    EventKind,
    Phase,
    Plan,
    Problem,
    Store,
    StoreEvent,
    StoreList,
)


def follow(client: AuthenticatedClient, store: str, after: str | None = None) -> Iterator[StoreEvent]:
    """What happens to a store, as it happens."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
    with client.get_httpx_client().stream("GET", f"/v1/stores/{store}/events", headers=headers) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            field, _, value = line.partition(": ")
            if field == "data":
                yield StoreEvent.from_dict(json.loads(value))


def until(client: AuthenticatedClient, store: str, kind: EventKind, after: str | None = None) -> StoreEvent:
    for event in follow(client, store, after):
        if event.kind in (kind, EventKind.FAILED):
            assert event.kind == kind, event
            return event
    raise AssertionError(f"the stream of {store} ended before it was {kind}")


def main(name: str) -> None:
    client = AuthenticatedClient(
        base_url=os.environ["STOREBOT_URL"], token=os.environ["STOREBOT_TOKEN"], raise_on_unexpected_status=True
    )
    body = CreateStore(name=name, engine=Engine.MEDUSA, plan=Plan.MEDIUM, title="Tea, by a generated client")
    answer = create_store.sync_detailed(client=client, body=body, idempotency_key=name)
    made = answer.parsed
    assert answer.status_code == 202 and isinstance(made, CreatedStore), answer
    assert answer.headers["Location"] == f"/v1/stores/{made.id}" and made.room.stores == 1, answer
    again = create_store.sync(client=client, body=body, idempotency_key=name)
    assert isinstance(again, CreatedStore) and again.id == made.id, again

    ready = until(client, made.id, EventKind.READY)
    store = get_store.sync(name, client=client)
    assert isinstance(store, Store) and store.phase == Phase.READY and store.plan == Plan.MEDIUM, store
    assert isinstance(store.url, str) and [step.name for step in store.steps], store
    page = list_stores.sync(client=client, phase=Phase.READY)
    assert isinstance(page, StoreList) and [one.id for one in page.items] == [made.id], page

    refused = create_store.sync(client=client, body=CreateStore(name="Tea Shop", engine=Engine.MEDUSA))
    assert isinstance(refused, Problem) and refused.type_ == "urn:storebot:problem:bad-name", refused
    assert refused.status == 422 and refused.additional_properties["field"] == "name", refused
    nowhere = get_store.sync("nowhere", client=client)
    assert isinstance(nowhere, Problem) and nowhere.status == 404, nowhere

    gone = delete_store.sync(made.id, client=client)
    assert isinstance(gone, Store) and gone.phase == Phase.DELETING, gone
    until(client, made.id, EventKind.DELETED, after=ready.id)
    print(f"{name}: made, followed and deleted by the Python client")


main(sys.argv[1])
