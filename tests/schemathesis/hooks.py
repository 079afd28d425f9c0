"""What Schemathesis cannot know of storebot: how deliveries are signed, what a deletion means, which cursors fit."""

import base64
import hashlib
import hmac
import os
import re
import time
import uuid

import schemathesis

SECRET = base64.b64decode(os.environ["STOREBOT_WEBHOOK_SECRET"].removeprefix("whsec_"))
GOOD_KEY = re.compile(r'"[ -~]{1,255}"|[!#-~]([ -~]{0,253}[!-~])?')

# A cursor says by its first letter which order it is of.
CURSOR = re.compile(r"([oe]?[0-9]{13}|n[a-z0-9-]{1,40}\.)[0-9a-hjkmnp-tv-z]{12}")
ORDERS = {"o": "oldest", "e": "ends", "n": "name"}

# Ids of the stores whose deletion was accepted, and cannot be taken back.
deleted = set()


def sign(request):
    """Signs what is really sent, as Standard Webhooks describes."""
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    name, now = f"msg_{uuid.uuid4()}", str(int(time.time()))
    tag = hmac.new(SECRET, f"{name}.{now}.".encode() + body, hashlib.sha256).digest()
    signed = {
        "webhook-id": name,
        "webhook-timestamp": now,
        "webhook-signature": "v1," + base64.b64encode(tag).decode(),
    }
    # One that was left out is left out on purpose.
    request.headers.update({header: value for header, value in signed.items() if header in request.headers})
    return request


def call_nobody(event):
    """Good addresses are left out: the server under test calls nobody, and would refuse all the rest with them."""
    data = event.get("data") if isinstance(event, dict) else None
    if isinstance(data, dict) and str(data.get("callback_url")).startswith(("http://", "https://")):
        del data["callback_url"]


def keep_the_order(query):
    """A good cursor is used with the order that it came from: that it fits to no other cannot be said in a schema."""
    cursor, sort = str(query.get("cursor", "")), query.get("sort")
    if CURSOR.fullmatch(cursor) and sort in (None, "newest", *ORDERS.values()):
        query["sort"] = ORDERS.get(cursor[0], "newest")


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.path == "/webhooks/{source}":
        kwargs["auth"] = sign
        call_nobody(case.body)
    if case.operation.path == "/v1/stores" and case.query:
        keep_the_order(case.query)
    # A good key that another case has used for something else would keep this one from being tried.
    if GOOD_KEY.fullmatch(str((case.headers or {}).get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = str(uuid.uuid4())


@schemathesis.check
def a_deleted_store_never_comes_back(ctx, response, case):
    """In place of use_after_free: a deletion is accepted first and done later, and what is left of the
    store can be read for some days. It must say so."""
    if not case.operation.path.startswith("/v1/stores") or response.status_code not in (200, 202):
        return
    body = response.json() if response.headers["content-type"] == ["application/json"] else None
    if not isinstance(body, dict) or "phase" not in body:
        return
    if case.operation.method.upper() == "DELETE" and not (case.query or {}).get("grace"):
        deleted.add(body["id"])
    if body["id"] in deleted:
        assert body["phase"] in ("deleting", "deleted", "failed"), f"a deleted store is {body['phase']}"
