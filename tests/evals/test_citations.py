"""Which citations lead to a record, by hand and in the knowledge base itself."""

import pytest

from evals.citations import citable, citation_share
from knowledge import Knowledge

KNOWN = frozenset({"a/b/c", "rule/x"})


def test_each_slot_counts_alike() -> None:
    cited = {"compute": ["a/b/c"], "cluster": ["a/b/c", "x/y/z"], "safety": []}
    assert citation_share(cited, ["compute"], KNOWN) == 1
    assert citation_share(cited, ["compute", "cluster"], KNOWN) == pytest.approx(0.75)
    assert citation_share(cited, ["compute", "cluster", "safety"], KNOWN) == pytest.approx(0.5)
    assert citation_share(cited, ["compute", "retrieval"], KNOWN) == pytest.approx(0.5)
    assert citation_share(cited, [], KNOWN) == 0


@pytest.mark.parametrize("own", ["calc/size/1", "user/1/0-9"])
def test_what_tools_computed_or_the_user_said_is_left_out(own: str) -> None:
    assert citation_share({"compute": [own, "a/b/c"]}, ["compute"], KNOWN) == 1
    assert citation_share({"compute": [own]}, ["compute"], KNOWN) == 0


def test_facts_rules_arguments_decisions_and_slots_can_be_cited() -> None:
    known = Knowledge()
    ids = citable(known)
    assert set(known.facts) <= ids
    for kind in ("rule", "argument", "decision", "slot"):
        kept = getattr(known, f"{kind}s")
        assert kept
        assert {f"{kind}/{identity}" for identity in kept} <= ids
    records = len(known.rules) + len(known.arguments) + len(known.decisions) + len(known.slots)
    assert len(ids) == len(known.facts) + records
