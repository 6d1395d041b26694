"""Replies as messages: within Slack's limits, nothing lost, and nothing that somebody wrote calls, links or formats."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import Knowledge, load
from service.office import Office
from service.slack.pages import PAGE, pages
from service.slack.text import GAP, escaped, heard, markdown, pieces

from .slack_front import stored_replies

SESSION = "slack:-:T1TEAM:C1ABC:1700000000.000100"
HOSTILE = "<!channel> <@U1ABC> @here [x](https://evil.test) <https://evil.test|x> *b* _i_ `c` www.evil.test > # h & ~s~"
MENTION = re.compile(r"<[@!#]|(?<!\u2060)@(?=\w)")


@pytest.fixture(scope="module")
def replies(office: Office, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return stored_replies(office, tmp_path_factory.mktemp("replies"))


def reply(text: str, **more: Any) -> dict[str, Any]:
    return {
        "turn": 1,
        "kind": "answer",
        "text": text,
        "claims": [],
        "citations": [],
        "question": None,
        **more,
    }


def within_limits(found: Any) -> bool:
    return all(
        0 < len(page.lead) <= PAGE
        and page.plain
        and len(page.blocks) < 50
        and all(len(block["text"]["text"]) <= 3_000 for block in page.blocks if block["type"] == "section")
        for page in found
    )


def test_a_recommendation_is_prose_with_links_and_its_sources(
    replies: list[dict[str, Any]], knowledge: Knowledge
) -> None:
    found = pages(replies[1], SESSION, knowledge)
    assert within_limits(found)
    lead = "".join(page.lead for page in found)
    links = re.findall(r"\]\((https?://[^)]+)\)", lead)
    known = {fact.source.url for fact in knowledge.facts.values()}
    assert links
    assert all(link in known for link in links)
    listed = re.findall(r"<(https?://[^|>]+)\|", json.dumps([page.blocks for page in found]))
    assert set(links) <= set(listed)
    kinds = [block["type"] for block in found[-1].blocks]
    assert kinds[-2:] == ["actions", "context_actions"]
    for claim in replies[1]["claims"]:
        assert markdown(claim["text"]) in lead


def test_a_question_has_its_choices_as_buttons_and_in_words(
    replies: list[dict[str, Any]], knowledge: Knowledge
) -> None:
    (page,) = pages(replies[0], SESSION, knowledge, answers="U2ADA", remark="cut")
    labels = [item["text"]["text"] for item in page.blocks[0]["elements"]]
    choices = [choice["label"] for choice in replies[0]["question"]["choices"]]
    assert labels == [*choices, "Something else", "I don't know", "Just recommend"]
    assert all(choice in page.lead and choice in page.plain for choice in choices)
    assert page.lead.startswith("For <@U2ADA>:\n\n_cut_")
    assert page.lead.count("Question 2") == 1


def test_more_than_five_choices_are_only_written(replies: list[dict[str, Any]], knowledge: Knowledge) -> None:
    choices = [{"label": f"choice {number} {'x' * 80}"} for number in range(9)]
    many = {**replies[0], "question": {**replies[0]["question"], "choices": choices}}
    (page,) = pages(many, SESSION, knowledge)
    buttons = page.blocks[0]["elements"]
    assert len(buttons) == 5 + 3
    assert all(len(button["text"]["text"]) <= 75 for button in buttons)
    assert all(choice["label"] in page.lead for choice in choices)


def test_what_somebody_wrote_stays_text(knowledge: Knowledge, replies: list[dict[str, Any]]) -> None:
    question = {**replies[0]["question"], "text": HOSTILE, "why": HOSTILE, "choices": [{"label": HOSTILE}]}
    hostile = reply(HOSTILE, question=question, claims=[{"text": HOSTILE, "role": "verdict", "evidence": []}])
    for page in pages(hostile, SESSION, knowledge, remark=HOSTILE):
        for text in (page.lead, page.plain):
            assert not MENTION.search(text)
            assert "<" not in text
            assert f"https{GAP}://evil.test" in text
            assert "https://evil.test" not in text
        assert "](" not in page.lead.replace("\\](", "")


@pytest.mark.parametrize(
    "forged",
    [
        {"id": "vllm/none/such", "source": "https://evil.test"},
        {"id": "citations/quality/half-unsupported", "source": "https://evil.test"},
        {"id": "user/1/0-5", "source": "https://evil.test"},
        {"id": "citations/quality/half-unsupported", "source": "javascript:alert(1)"},
    ],
)
def test_a_source_that_the_catalogue_does_not_know_is_no_link(
    knowledge: Knowledge, forged: dict[str, str]
) -> None:
    found = pages(
        reply("So it is. [1]", citations=[{**forged, "text": "words", "as_of": ""}]), SESSION, knowledge
    )
    assert "evil" not in str(found)
    assert "javascript" not in str(found)
    known = {**forged, "id": "citations/quality/half-unsupported", "text": "words"}
    known["source"] = knowledge.facts[known["id"]].source.url
    assert (
        f"]({known['source']})"
        in pages(reply("So it is. [1]", citations=[known]), SESSION, knowledge)[0].lead
    )


@given(st.text(max_size=30_000), st.booleans())
def test_any_text_fits_and_none_of_it_is_lost(text: str, asks: bool) -> None:
    found = pages(reply(text), SESSION, load())
    assert within_limits(found)
    assert "".join(page.lead for page in found) in (markdown(text), "…")
    assert not MENTION.search("".join(page.lead for page in found))


def test_a_very_long_reply_takes_several_messages(knowledge: Knowledge) -> None:
    text = "\n\n".join(f"Paragraph {number}. " + "word " * 60 for number in range(120))
    found = pages(reply(text), SESSION, knowledge)
    assert len(found) > 3
    assert within_limits(found)
    assert "".join(page.lead for page in found) == markdown(text)
    assert "".join(page.plain for page in found) == escaped(text)
    assert [bool(page.blocks) for page in found] == [False] * (len(found) - 1) + [True]


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_pieces_are_the_text(text: str, most: int) -> None:
    found = pieces(text, most)
    assert "".join(found) == text
    assert all(len(piece) <= most for piece in found)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<@U1BOT> 20 users", "20 users"),
        (
            "20 &lt; 30 &amp;amp; <https://a.test/x|docs> <https://a.test>",
            "20 < 30 &amp; docs https://a.test",
        ),
        ("<#C1|general> <!subteam^S1|@ops> <!here> <@U2|ada> <@U3>", "#general @ops @here @ada @U3"),
        ("a < b <not closed", "a < b <not closed"),
        ("", ""),
    ],
)
def test_slacks_marks_are_read_as_words(written: str, read: str) -> None:
    assert heard(written, "U1BOT") == read


def test_sources_that_fill_several_messages_are_all_listed(
    replies: list[dict[str, Any]], knowledge: Knowledge
) -> None:
    one = replies[1]["citations"][0]
    many = [{**one, "id": f"calc/{number}", "text": "w" * 350} for number in range(1, 90)]
    found = pages({**replies[1], "citations": many}, SESSION, knowledge)
    assert within_limits(found)
    listed = json.dumps([page.blocks for page in found])
    assert all(f"*[{number}]*" in listed for number in range(1, 90))
    assert [page.lead for page in found[-2:]] == ["**Sources**", "**Sources**, continued"]
    assert [block["type"] for block in found[-1].blocks][-2:] == ["actions", "context_actions"]
