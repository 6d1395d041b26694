"""How each kind of source is asked: in one answer, page by page, or one question for each of our components."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from ..errors import RefreshRefused
from ..library import Knowledge
from . import end_of_life, exchange_rates, landscapes, machine_prices, releases, token_prices
from .documents import CHANGED, listing, mapping, read_json
from .download import Answer, download
from .proposal import Proposal
from .sources import SourceSpec

AT_ONCE = 4
HOPELESS = 8
"""After so many failures in a row the rest isn't asked."""
MOST_PAGES = 40


class Piecewise(NamedTuple):
    """A source that is asked once for each name."""

    wanted: Callable[[Knowledge], dict[str, str]]
    """Component -> its name there."""
    propose: Callable[[Mapping[str, Answer], SourceSpec, Knowledge, date, tuple[str, ...]], Proposal]
    place: str
    """What of the address the name fills in."""


WHOLE: dict[str, Callable[[Answer, SourceSpec, Knowledge, date], Proposal]] = {
    "exchange_rates": exchange_rates.propose,
    "token_prices": token_prices.propose,
    "aws_prices": machine_prices.propose_aws,
    "gcp_prices": machine_prices.propose_gcp,
    "landscape": landscapes.propose,
}
PIECEWISE: dict[str, Piecewise] = {
    "end_of_life": Piecewise(end_of_life.wanted, end_of_life.propose, "{product}"),
    "releases": Piecewise(releases.wanted, releases.propose, "{project}"),
}


def ask(source: SourceSpec, knowledge: Knowledge, today: date) -> Proposal:
    """What the source proposes; RefreshRefused when it can't be had or read."""
    if source.kind in WHOLE:
        return WHOLE[source.kind](download(source, source.url), source, knowledge, today)
    if source.kind == "azure_prices":
        return machine_prices.propose_azure(_azure_items(source, knowledge), source, knowledge, today)
    parts = PIECEWISE[source.kind]
    wanted = parts.wanted(knowledge)
    answers, failed = _pieces(source, sorted(set(wanted.values())), parts.place)
    given = {component: answers[name] for component, name in wanted.items() if name in answers}
    return parts.propose(given, source, knowledge, today, failed)


def _pieces(source: SourceSpec, names: list[str], place: str) -> tuple[Mapping[str, Answer], tuple[str, ...]]:
    """Answers by name, and what was wrong with the others."""
    answers: dict[str, Answer] = {}
    failed: list[str] = []
    failures = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for start in range(0, len(names), AT_ONCE):
            group = names[start : start + AT_ONCE]
            for name, answer in zip(
                group, pool.map(lambda name: _piece(source, name, place), group), strict=True
            ):
                if isinstance(answer, Answer):
                    answers[name], failures = answer, 0
                    continue
                failures += 1
                failed.append(f"{name}: {answer.message}")
                if failures >= HOPELESS:
                    raise RefreshRefused(
                        f"{source.title}: {failures} questions in a row failed; the last: {answer.message}",
                        answer.hint,
                    ) from answer
    return answers, tuple(failed)


def _piece(source: SourceSpec, name: str, place: str) -> Answer | RefreshRefused:
    try:
        return download(source, source.url.replace(place, quote(name, safe="/")))
    except RefreshRefused as refused:
        return refused


def _azure_items(source: SourceSpec, knowledge: Knowledge) -> list[object]:
    """Every item for the machines and regions that we hold, region by region."""
    held = [row for row in knowledge.files.rows(machine_prices.TABLE) if row["cloud"] == "azure"]
    items: list[object] = []
    for region in sorted({row["region"] for row in held}):
        machines = sorted({row["offer"] for row in held if row["region"] == region})
        names = " or ".join(f"armSkuName eq '{machine}'" for machine in machines)
        asked = f"serviceName eq 'Virtual Machines' and priceType eq 'Consumption' and armRegionName eq '{region}'"
        url = source.url.replace("{filter}", quote(f"{asked} and ({names})", safe=""))
        items += _pages(source, url)
    return items


def _pages(source: SourceSpec, first: str) -> list[object]:
    url, items = first, []
    for _ in range(MOST_PAGES):
        document = mapping(
            read_json(download(source, url).content, source.title), source.title, "the document"
        )
        items += listing(document.get("Items"), source.title, "'Items'")
        following = document.get("NextPageLink")
        if not following:
            return items
        url = str(following)
        if (urlsplit(url).scheme, urlsplit(url).hostname) != (
            urlsplit(first).scheme,
            urlsplit(first).hostname,
        ):
            raise RefreshRefused(f"{source.title}: the next page leads elsewhere: {url[:80]!r}.", CHANGED)
    raise RefreshRefused(f"{source.title}: the answer has more than {MOST_PAGES} pages.", CHANGED)
