"""Published rate limits that a question names: of a model, of a provider, and of models of which no more is held."""

import pytest

from knowledge import Knowledge
from knowledge.index import Retriever
from knowledge.listing import show
from knowledge.rate_texts import only_limited


@pytest.mark.parametrize(
    "question", ["Which tier of Groq is FedRAMP authorized?", "Is there a tier of OpenRouter with HIPAA?"]
)
def test_a_row_of_limits_answers_no_question_on_a_regime(retriever: Retriever, question: str) -> None:
    assert "no sourced fact on the" in retriever.search(question).reason


def test_rate_limits_are_told_with_their_conditions_and_sources(knowledge: Knowledge) -> None:
    mini = show(knowledge, "gpt-5.4-mini")
    assert "docs/models/gpt-5.4-mini" in mini
    assert (
        "every other model at groq: Developer (the Developer plan, paid by use): no figure published"
        in show(knowledge, "rates:groq")
    )
    assert "further limits aren't published" in show(knowledge, "rates:gemini-api")
    assert "more is served as capacity allows" in show(knowledge, "rates:vertex-ai")
    azure = show(knowledge, "rates:azure-openai")
    assert "more classes of models: ask for one by its name" in azure
    assert "every other model at azure-openai" in azure


def test_rate_limits_of_a_citation_are_found_by_their_id(retriever: Retriever) -> None:
    (hit,) = retriever.by_ids(["rates:groq", "rates:qdrant", "rates:nobody"])
    assert (hit.record_id, hit.kind, hit.component) == ("rates:groq", "rates", "groq")


def test_rate_limits_are_shown_by_their_id_and_with_their_provider(knowledge: Knowledge) -> None:
    for identity in ("rates:groq", "groq"):
        said = show(knowledge, identity)
        assert "rate limits of gpt-oss-20b at groq" in said
        assert "https://console.groq.com/docs/rate-limits" in said


def test_models_of_which_nothing_but_limits_is_held_are_told_apart(
    retriever: Retriever, knowledge: Knowledge
) -> None:
    assert "gpt-5.5-pro" in only_limited(knowledge, ())
    assert "gpt-5.5-pro" not in only_limited(knowledge, ("openai/GPT-5.5 pro",))
    assert not any("*" in name for name in only_limited(knowledge, ()))
    shown = show(knowledge, "model:gpt-5.5-pro")
    assert "nothing but rate limits is held" in shown
    assert "50,000 tokens a minute" in shown
    (hit,) = (hit for hit in retriever.search("gpt-5.5-pro price").hits if hit.kind == "model")
    assert [str(item) for item in hit.unheld] == ["a price"]
