"""A stored reply as Slack shows it: pages of text and blocks within the limits of the platform."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from knowledge import Knowledge

from .blocks import SECTION, Block, feedback_block, question_blocks, record_block, section
from .sources import catalogue_url, source_line
from .text import escaped, markdown, pieces

PAGE = 12_000
"""Characters that Slack takes in the text of one message."""
MOST_SECTIONS = PAGE // SECTION
"""Of sources in one message, which with what can be pressed stays far below the 50 blocks that Slack takes."""
RATED = ("recommendation", "answer")


@dataclass(frozen=True)
class Page:
    """One message."""

    lead: str
    """Markdown."""
    plain: str
    """The same without any mark, for notifications and where blocks are refused."""
    blocks: list[Block] = field(default_factory=list)


def pages(
    reply: dict[str, Any],
    session: str,
    knowledge: Knowledge,
    answers: str = "",
    remark: str = "",
) -> list[Page]:
    """The messages that a reply fills; `answers`: whose message it answers, where several people write."""
    body, question = _parted(reply)
    lead = "\n\n".join(
        part
        for part in (
            f"For <@{answers}>:" if answers else "",
            f"_{markdown(remark)}_" if remark else "",
            _told(body, reply, knowledge),
            _asked(question) if question else "",
        )
        if part
    )
    plain = "\n\n".join(part for part in (escaped(remark), escaped(reply["text"])) if part)
    blocks = _controls(reply, session)
    return list(_filled(lead or "…", plain or "…", _source_blocks(reply, knowledge), blocks))


def _parted(reply: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """The text before the question, and the question."""
    question = reply.get("question")
    text = str(reply["text"])
    if not question:
        return text, None
    head = "Still open, question" if question["repeated"] else "Question"
    body, found, _ = text.rpartition(f"{head} {question['number']}: {question['text']}")
    return (body.strip(), question) if found else (text, None)


def _told(body: str, reply: dict[str, Any], knowledge: Knowledge) -> str:
    """The text with its citations as links, the verdict in bold."""
    text = markdown(body)
    verdict = next((claim["text"] for claim in reply.get("claims", ()) if claim["role"] == "verdict"), "")
    if verdict:
        text = text.replace(markdown(verdict), f"**{markdown(verdict)}**", 1)
    for number, citation in enumerate(reply.get("citations", ()), 1):
        url = catalogue_url(citation, knowledge)
        if url:
            text = text.replace(f"\\[{number}\\]", f"[\\[{number}\\]]({url})")
    return text


def _asked(question: dict[str, Any]) -> str:
    head = "Still open, question" if question["repeated"] else "Question"
    choices = [
        f"{number}. {markdown(choice['label'])}" for number, choice in enumerate(question["choices"], 1)
    ]
    lines = [
        f"**{head} {question['number']}: {markdown(question['text'])}**",
        f"_Why I ask: {markdown(question['why'])}_",
        "\n".join(choices),
        f"If you don't know, I assume: {markdown(question['default'])}.",
    ]
    return "\n\n".join(line for line in lines if line)


def _controls(reply: dict[str, Any], session: str) -> list[Block]:
    """What can be pressed under a reply."""
    turn, question = reply["turn"], reply.get("question")
    found: list[Block] = []
    if question:
        found += question_blocks(session, turn, [choice["label"] for choice in question["choices"]])
    if reply["kind"] == "recommendation":
        found.append(record_block(session, turn))
    if reply["kind"] in RATED:
        found.append(feedback_block(session, turn))
    return found


def _source_blocks(reply: dict[str, Any], knowledge: Knowledge) -> list[Block]:
    """What each citation mark stands for, in sections."""
    sections: list[str] = []
    for number, citation in enumerate(reply.get("citations", ()), 1):
        line = source_line(number, citation, knowledge)
        if sections and len(sections[-1]) + len(line) < SECTION:
            sections[-1] += f"\n{line}"
        else:
            sections.append(line)
    return [section(text) for text in sections]


def _filled(lead: str, plain: str, sources: list[Block], controls: list[Block]) -> Iterator[Page]:
    """The lead over as many messages as it needs; the sources with the last of them if they fit, else after it."""
    leads = pieces(lead, PAGE)
    plains = _shared(plain, len(leads))
    size = len(leads[-1]) + sum(len(block["text"]["text"]) for block in sources)
    fits = size <= PAGE
    for number, (text, words) in enumerate(zip(leads, plains, strict=True), 1):
        under = [*sources, *controls] if fits and number == len(leads) else []
        yield Page(text, words, under)
    if not fits:
        yield from _listed(sources, controls)


def _listed(sources: list[Block], controls: list[Block]) -> Iterator[Page]:
    """The sources over as many messages as they need; what can be pressed stands under the last."""
    for start in range(0, len(sources), MOST_SECTIONS):
        last = start + MOST_SECTIONS >= len(sources)
        lead, plain = (
            ("**Sources**", "Sources of the answer above.")
            if start == 0
            else ("**Sources**, continued", "More of its sources.")
        )
        yield Page(lead, plain, [*sources[start : start + MOST_SECTIONS], *(controls if last else ())])


def _shared(plain: str, count: int) -> list[str]:
    """The plain text over as many messages as the lead fills."""
    head, *rest = pieces(plain, -(-len(plain) // count) + 1)
    shares = [head, *rest[: count - 1]]
    shares[-1] += "".join(rest[count - 1 :])
    return [*shares, *["…"] * (count - len(shares))]
