"""The sources of a reply as Slack shows them. A link leads only where the catalogue's own record of that id points."""

from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from knowledge import Knowledge
from tools.evidence import dated

from .text import escaped, shortened

STATEMENT = 160
_SAFE = "/:?#@!$&'*+,;=%~-._"
"""What stays as it is in an address; brackets, bars and blanks would end a link in Slack."""


def catalogue_url(citation: dict[str, Any], knowledge: Knowledge) -> str:
    """The address of a citation, if the catalogue says the same of it; else nothing."""
    source = str(citation.get("source", ""))
    if not source.startswith(("https://", "http://")) or source != _known_source(citation["id"], knowledge):
        return ""
    return quote(source, safe=_SAFE)


def _known_source(identity: str, knowledge: Knowledge) -> str:
    from tools.cost.evidence import price_evidence
    from tools.risk import catalogue_evidence

    if identity in knowledge.facts:
        return knowledge.facts[identity].source.url
    found = catalogue_evidence(knowledge, identity) or price_evidence(knowledge, identity)
    return "" if found is None else found.source


def source_line(number: int, citation: dict[str, Any], knowledge: Knowledge) -> str:
    """One line of the list of sources, in Slack's own markup."""
    url = catalogue_url(citation, knowledge)
    words = escaped(shortened(str(citation["text"]), STATEMENT))
    dates = [str(citation.get(name) or "") for name in ("as_of", "read_at", "review_by")]
    told = escaped(dated(dates[0], dates[1], dates[2], date.today()))
    host = escaped(urlsplit(url).hostname or "source")
    where = f" <{url}|{host}>{f', {told}' if told else ''}" if url else ""
    return f"*[{number}]* {words}{where}"
