"""Why a component isn't in the stack: a rule that keeps it out is told even where its place is left out."""

from datetime import date

import pytest

from knowledge import load
from tools.ranking import rank
from tools.rivalry import standing_of
from tools.workload_file import workload_of

AS_OF = date(2026, 11, 25)
KNOWLEDGE = load()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"deployment": ["air_gapped"]}, "rule/api-perimeter"),
        ({"deployment": ["laptop"]}, "rule/api-on-device"),
        ({"foreign_law_refused": "yes"}, "rule/api-sovereignty"),
    ],
)
def test_a_hosted_model_is_ruled_out_by_name_where_none_is_called(
    changes: dict[str, object], rule: str
) -> None:
    ranking = rank(workload_of({"use_case": "chat", **changes}, "test", KNOWLEDGE), KNOWLEDGE, AS_OF)
    assert ranking.winner is not None
    assert "cmp.model_api" not in ranking.winner.ranked
    [finding] = standing_of("openai-api", ranking, KNOWLEDGE)
    assert finding.text.startswith("OpenAI API is ruled out for Hosted model API: ")
    assert finding.evidence == (rule,)


def test_what_no_rule_keeps_out_is_left_out_with_its_place() -> None:
    wanted = {"use_case": "chat", "open_weights": "required", "deployment": ["cloud"]}
    ranking = rank(workload_of(wanted, "test", KNOWLEDGE), KNOWLEDGE, AS_OF)
    assert standing_of("openai-api", ranking, KNOWLEDGE)[0].text.endswith("which this workload leaves out.")
