"""Every public source on loopback, answering in its own form with what the packaged data hold.

Tests then spoil one answer: cut it off, swap its unit, make it old, slow, huge or hostile.
"""

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from knowledge import load
from knowledge.refresh.sources import SourceSpec, read_projects, read_sources

BASE = load()
ACCELERATORS = BASE.files.rows("cost/accelerator_prices.csv")
MODELS = BASE.files.rows("cost/llm_prices.csv")
DAY = "2026-11-25"


@dataclass
class Reply:
    """One answer; `cut` ends it after so many bytes of those that its header promises."""

    body: bytes
    kind: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    wait_s: float = 0
    drip_s: float = 0
    """Pause after every byte of the first hundred."""


Answering = Callable[[str], Reply]


def exchange_rates(day: str = DAY, **changed: str) -> bytes:
    rates = {
        row["currency"]: row["units_per_eur"]
        for row in BASE.files.rows("cost/fx_rates.csv")
        if row["currency"] != "EUR"
    }
    cubes = "".join(f"<Cube currency='{code}' rate='{rate}'/>" for code, rate in {**rates, **changed}.items())
    return (
        "<?xml version='1.0' encoding='UTF-8'?><gesmes:Envelope xmlns:gesmes='http://www.gesmes.org/xml/2002-08-01' "
        "xmlns='http://www.ecb.int/vocabulary/2002-08-01/eurofxref'><gesmes:subject>Reference rates</gesmes:subject>"
        f"<Cube><Cube time='{day}'>{cubes}</Cube></Cube></gesmes:Envelope>"
    ).encode()


def token_map() -> dict[str, Any]:
    """A map as large as the real one, with our models in it."""
    names = {
        "input_usd_per_m": "input_cost_per_token",
        "output_usd_per_m": "output_cost_per_token",
        "cache_read_usd_per_m": "cache_read_input_token_cost",
    }
    found: dict[str, Any] = {
        f"other/model-{number}": {"input_cost_per_token": 1e-06, "litellm_provider": "other"}
        for number in range(4800)
    }
    for row in MODELS:
        entry: dict[str, Any] = {"litellm_provider": row["provider"], "mode": row["mode"]}
        entry |= {key: float(row[column]) / 1e6 for column, key in names.items() if row[column]}
        if row["usd_per_query"]:
            entry["input_cost_per_query"] = float(row["usd_per_query"])
        found[row["model"]] = entry
    return found


def go_table(day: str = DAY, factor: float = 1, machines: int = 900) -> bytes:
    prices = {f"m5.{number}xlarge": 0.1 for number in range(machines)}
    for row in ACCELERATORS:
        if row["cloud"] == "aws" and row["region"] == "us-east-1" and row["usd_per_accelerator_h"]:
            prices[row["offer"]] = float(row["usd_per_accelerator_h"]) * int(row["count"]) * factor
    listed = ", ".join(f'"{name}": {price:f}' for name, price in prices.items())
    return (
        f"package pricing\n\n// generated at {day}T13:44:30Z for us-east-1\n\nvar Prices = map[string]map[string]"
        f'float64{{\n\t// us-east-1\n\t"us-east-1": {{\n\t\t{listed},\n\t}},\n}}\n'
    ).encode()


def google_prices(factor: float = 1) -> dict[str, Any]:
    regions: dict[str, Any] = {}
    for row in ACCELERATORS:
        if row["cloud"] != "gcp":
            continue
        region = regions.setdefault(row["region"], {"on_demand": {}, "spot": {}})
        for column, kind in (("usd_per_accelerator_h", "on_demand"), ("spot_usd_per_accelerator_h", "spot")):
            if row[column]:
                region[kind][row["offer"]] = float(row[column]) * int(row["count"]) * factor
    regions["europe-west99"] = {
        "on_demand": {f"n2-standard-{number}": 0.1 for number in range(8000)},
        "spot": {},
    }
    return {"prices": regions}


def azure_page(asked: str, factor: float = 1) -> dict[str, Any]:
    """What the API answers to a filter: Linux, Windows and spot of each machine asked for."""
    region = re.findall(r"armRegionName eq '([^']+)'", asked)[0]
    machines = set(re.findall(r"armSkuName eq '([^']+)'", asked))
    items = []
    for row in ACCELERATORS:
        if row["cloud"] == "azure" and row["region"] == region and row["offer"] in machines:
            price = float(row["usd_per_accelerator_h"]) * int(row["count"]) * factor
            common = {
                "armRegionName": region,
                "armSkuName": row["offer"],
                "currencyCode": "USD",
                "unitOfMeasure": "1 Hour",
                "serviceName": "Virtual Machines",
                "type": "Consumption",
                "productName": "Virtual Machines NC Series",
                "meterName": row["offer"],
            }
            items += [
                common | {"skuName": row["offer"], "retailPrice": price},
                common | {"skuName": f"{row['offer']} Spot", "retailPrice": price / 4},
                common | {"skuName": f"{row['offer']} Low Priority", "retailPrice": price / 5},
                common
                | {
                    "skuName": row["offer"],
                    "retailPrice": price * 2,
                    "productName": "Virtual Machines NC Series Windows",
                },
            ]
    return {"Items": items, "NextPageLink": None}


def landscape(hosted: int = 213, **levels: str) -> dict[str, Any]:
    """A landscape that agrees with the packaged maturity, but for the projects in `levels` (component ids)."""
    projects = read_projects(BASE).components
    told = {
        names.project: levels.get(name.replace("-", "_"), BASE.components[name].maturity)
        for name, names in projects.items()
        if names.project and BASE.components[name].maturity in ("graduated", "incubating", "sandbox")
    }
    told |= {f"somebody/project-{number}": "sandbox" for number in range(hosted)}
    items = [
        {"item": None, "name": project, "repo_url": f"https://github.com/{project}", "project": level}
        for project, level in told.items()
    ]
    items.append({"item": None, "name": "Not hosted", "repo_url": "https://github.com/x/y"})
    part = {"subcategory": None, "name": "Scheduling", "items": items}
    return {"landscape": [{"category": None, "name": "Orchestration", "subcategories": [part]}]}


def life_cycle(product: str, over: bool = False) -> dict[str, Any]:
    """Two release lines, of which the older one has lost its support."""
    return {
        "schema_version": "1.2.1",
        "result": {
            "name": product,
            "releases": [
                {
                    "name": "9.1",
                    "releaseDate": "2026-10-01",
                    "isEol": over,
                    "eolFrom": "2026-11-01" if over else "2028-10-01",
                    "latest": {"name": "9.1.2", "date": "2026-11-20"},
                },
                {
                    "name": "9.0",
                    "releaseDate": "2025-10-01",
                    "isEol": True,
                    "eolFrom": "2026-10-01",
                    "latest": {"name": "9.0.7", "date": "2026-09-20"},
                },
            ],
        },
    }


def feed(project: str, updated: str = "2026-11-24") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>Release notes from {project}</title><updated>{updated}T09:00:00Z</updated>"
        f"<entry><title>nightly</title><updated>2026-11-26T01:00:00Z</updated></entry>"
        f"<entry><title>v1.2.3</title><updated>{updated}T09:00:00Z</updated></entry>"
        "<entry><title>v1.2.2</title><updated>2024-01-01T09:00:00Z</updated></entry></feed>"
    ).encode()


def json_reply(value: Any, **more: Any) -> Reply:
    return Reply(json.dumps(value).encode(), "application/json", **more)


def text_reply(body: bytes, **more: Any) -> Reply:
    return Reply(body, "text/plain; charset=utf-8", **more)


def xml_reply(body: bytes, **more: Any) -> Reply:
    return Reply(body, "text/xml", **more)


def yaml_reply(value: Any, **more: Any) -> Reply:
    return text_reply(yaml.safe_dump(value).encode(), **more)


def sound_answers() -> dict[str, Answering]:
    """Source id -> what it answers to the rest of the path and the query."""
    tokens, cncf = json_reply(token_map()), yaml_reply(landscape())
    tokens.kind = "text/plain"
    return {
        "ecb": lambda _: xml_reply(exchange_rates()),
        "llm": lambda _: tokens,
        "aws": lambda _: text_reply(go_table()),
        "azure": lambda asked: json_reply(azure_page(parse_qs(asked)["$filter"][0])),
        "gcp": lambda _: text_reply(json.dumps(google_prices()).encode()),
        "cncf": lambda _: cncf,
        "lfai": lambda _: yaml_reply(landscape(hosted=22)),
        "eol": lambda product: json_reply(life_cycle(product)),
        "releases": lambda project: Reply(feed(project), "application/atom+xml; charset=utf-8"),
    }


PATHS = {"azure": "?$filter={filter}", "eol": "/{product}", "releases": "/{project}"}


class FakeSources:
    """A server with one path for each source."""

    def __init__(self) -> None:
        self.answers = sound_answers()
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        name, _, rest = parts.path.strip("/").partition("/")
        self.asked.append(handler.path)
        reply = self.answers[name](parts.query or rest)
        time.sleep(reply.wait_s)
        body = reply.body
        try:
            handler.send_response(reply.status)
            handler.send_header("Content-Type", reply.kind)
            handler.send_header("Content-Length", str(len(body)))
            for key, value in reply.headers.items():
                handler.send_header(key, value)
            handler.end_headers()
            if reply.drip_s:
                for place in range(100):
                    handler.wfile.write(body[place : place + 1])
                    handler.wfile.flush()
                    time.sleep(reply.drip_s)
            handler.wfile.write(body[: reply.cut])
            if reply.cut is not None:
                handler.close_connection = True
        except OSError:
            handler.close_connection = True

    def sources(self, *ids: str, **changes: Any) -> tuple[SourceSpec, ...]:
        """The packaged sources at this server's address; all of them, or those named."""
        return tuple(
            source.model_copy(update={"url": f"{self.url}/{source.id}{PATHS.get(source.id, '')}", **changes})
            for source in read_sources(BASE)
            if not ids or source.id in ids
        )
