"""`stackwright keys`: API keys of the services."""

import sys
from argparse import Namespace
from datetime import datetime

from service.keys import add_key, keys, revoke_key
from tui.services import backend_of
from tui.settings import Settings

NOTHING = 3


def run(arguments: Namespace, settings: Settings) -> int:
    with backend_of(settings).opened() as store:
        if arguments.action == "add":
            print(add_key(store, arguments.name))
            print("stackwright: keep it now: it is stored as a digest and not shown again.", file=sys.stderr)
            return 0
        if arguments.action == "revoke":
            revoke_key(store, arguments.name)
            print(f"stackwright: {arguments.name} opens no longer.", file=sys.stderr)
            return 0
        found = keys(store)
    if not found:
        print("stackwright: no keys; make one with 'stackwright keys add NAME'.", file=sys.stderr)
        return NOTHING
    for key in found:
        state = "open" if key.revoked is None else f"revoked {_day(key.revoked)}"
        print(f"{key.name:<30} made {_day(key.created)}  {state}")
    return 0


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d")
