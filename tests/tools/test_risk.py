"""The risk register: what it finds, how severe, with which evidence and plan B."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import Knowledge
from knowledge.records import Component, Fact
from tools.assessment import Risk
from tools.risk import catalogue_evidence, risk_register, vendor_score

AS_OF = date(2026, 11, 24)


def component(identity: str = "product", **changes: Any) -> Component:
    base: dict[str, Any] = {
        "id": identity, "name": identity.title(), "slots": ("sto.vector_db",), "vendor": "Foundation",
        "licence": "Apache-2.0", "licence_class": "permissive", "licence_basis": "test", "modes": {"saas"},
        "status": "active", "maturity": "graduated", "vendor_type": "foundation", "months_since_release": 1,
        "ops_complexity": 2, "exit_path": "drop_in_api", "url": "https://example.org",
    }  # fmt: skip
    return Component.model_validate({**base, **changes})


def fact(key: str, statement: str, **changes: Any) -> Fact:
    base: dict[str, Any] = {
        "id": f"product/risk/{key}", "component": "product", "kind": "risk", "statement": statement,
        "tier": "T1",
        "source": {"url": "https://example.org"}, "as_of": "2026-11-01", "read_at": "2026-11-01",
        "review_by": "2027-11-01",
    }  # fmt: skip
    return Fact.model_validate({**base, **changes})


class Facts(Knowledge):
    """The packaged knowledge with the given facts and components in place of its own."""

    def __init__(self, *facts: Fact, components: tuple[Component, ...] = ()) -> None:
        super().__init__()
        self.__dict__["facts"] = {item.id: item for item in facts}
        self.__dict__["components"] = {item.id: item for item in components}


def register(*components: Component, facts: tuple[Fact, ...] = (), **values: Any) -> dict[str, Risk]:
    found = risk_register(Facts(*facts), components, {"sto.vector_db": "Runner-up"}, AS_OF, values)
    return {risk.id: risk for risk in found}


def test_a_graduated_project_with_an_easy_exit_has_no_risk() -> None:
    assert register(component()) == {}
    assert vendor_score(component()) == 1.0


@pytest.mark.parametrize(
    ("changes", "kind", "severity"),
    [
        ({"status": "eol"}, "end_of_life", "high"),
        ({"status": "maintenance"}, "end_of_life", "medium"),
        ({"status": "watch"}, "end_of_life", "low"),
        ({"maturity": "sandbox"}, "maturity", "medium"),
        ({"maturity": "vendor_preview"}, "maturity", "high"),
        ({"months_since_release": 14}, "maturity", "medium"),
        ({"months_since_release": 30}, "maturity", "high"),
        ({"licence_class": "source-available"}, "licence", "medium"),
        ({"exit_path": "rewrite"}, "lock_in", "medium"),
        ({"exit_path": "none"}, "lock_in", "high"),
        ({"exit_path": "none", "open_standard": {"s3"}}, "lock_in", "medium"),
        ({"vendor_type": "private_funded"}, "vendor", "low"),
        ({"ops_complexity": 5, "modes": {"kubernetes"}}, "operation", "medium"),
    ],
)
def test_attributes_become_risks(changes: dict[str, Any], kind: str, severity: str) -> None:
    found = register(component(**changes))
    risk = found[f"risk/product/{kind}"]
    assert risk.severity == severity
    assert risk.mitigation
    assert risk.plan_b == "Runner-up"
    assert risk.evidence
    assert risk.layer == 2


def test_network_copyleft_matters_when_strangers_use_the_service() -> None:
    product = component(licence="AGPL-3.0", licence_class="network-copyleft")
    assert register(product, public_users="internal")["risk/product/licence"].severity == "low"
    assert register(product, public_users="public")["risk/product/licence"].severity == "medium"


@pytest.mark.parametrize(
    ("statement", "changes", "kind", "severity"),
    [
        ("An unauthenticated attacker can run code on the server.", {}, "security", "high"),
        ("CVE-2026-1 allows reading of other users' rows.", {}, "security", "medium"),
        ("The company was acquired in March; its MIT licence stays.", {"tier": "T4"}, "vendor", "low"),
        ("The project is relicensed under the SSPL.", {}, "licence", "medium"),
        ("Version 2 reaches end of life.", {"value": "2027-03-01"}, "end_of_life", "medium"),
        ("Resources are a commercial source of force.", {}, "maturity", "low"),
    ],
)
def test_facts_become_risks_and_are_cited(
    statement: str, changes: dict[str, Any], kind: str, severity: str
) -> None:
    stated = fact("x", statement, **changes)
    risk = register(component(fact_ids=("product/risk/x",)), facts=(stated,))[f"risk/product/{kind}"]
    assert risk.severity == severity
    assert statement in risk.text
    assert risk.evidence == ("product/risk/x",)


def test_support_that_ends_years_from_now_is_no_risk() -> None:
    stated = fact("x", "Version 2 reaches end of life.", value="2030-01-01")
    assert register(component(fact_ids=("product/risk/x",)), facts=(stated,)) == {}


def test_many_parts_from_one_vendor_are_a_concentration() -> None:
    slots = [
        "sto.vector_db",
        "sto.cache",
        "orc.pipeline",
        "srv.gateway",
        "srv.guardrails",
        "sto.object_store",
    ]
    parts = [
        component(f"part-{index}", slots=(slot,), vendor="BigCo", vendor_type="public_company")
        for index, slot in enumerate(slots)
    ]
    assert "risk/part-0/concentration" not in register(*parts[:2])
    assert register(*parts[:3])["risk/part-0/concentration"].severity == "low"
    found = register(*parts)["risk/part-0/concentration"]
    assert found.severity == "medium"
    assert "6 parts" in found.text
    assert len(found.evidence) == 6


def test_a_stack_too_heavy_for_the_team_is_a_risk() -> None:
    parts = [component(f"part-{index}", ops_complexity=5, modes={"kubernetes"}) for index in range(4)]
    assert register(*parts, team_ops_fte=0.3)["risk/stack/operation"].severity == "high"
    assert "risk/stack/operation" not in register(*parts, team_ops_fte=10.0)


def test_the_severest_comes_first_and_a_bundle_counts_once() -> None:
    bad, odd = component("bad", status="eol"), component("odd", exit_path="copy_out")
    found = risk_register(Facts(), [odd, bad, bad], {}, AS_OF, {})
    assert [risk.severity for risk in found] == ["high", "low"]
    assert found[0].plan_b == ""


def test_catalogue_evidence_says_what_the_catalogue_says() -> None:
    knowledge = Facts(components=(component(),))
    entry = catalogue_evidence(knowledge, "catalogue/product/exit_path")
    assert entry is not None
    assert "drop_in_api" in entry.text
    assert catalogue_evidence(knowledge, "catalogue/product/nothing") is None
    assert catalogue_evidence(knowledge, "catalogue/other/exit_path") is None


class TestVendorScore:
    @given(
        st.sampled_from(["graduated", "established_oss", "sandbox", "vendor_preview", "archived"]),
        st.one_of(st.none(), st.integers(0, 200)),
        st.sampled_from(["drop_in_api", "copy_out", "none"]),
        st.sampled_from(["active", "maintenance", "eol"]),
    )
    def test_it_stays_in_bounds(self, maturity: str, months: int | None, exit_path: str, status: str) -> None:
        product = component(
            maturity=maturity, months_since_release=months, exit_path=exit_path, status=status
        )
        assert 0 <= vendor_score(product) <= 1

    def test_each_anchor_moves_it(self) -> None:
        best = vendor_score(component())
        for changes in (
            {"maturity": "sandbox"}, {"months_since_release": 25}, {"exit_path": "rewrite"},
            {"vendor_type": "community"}, {"status": "stale"},
        ):  # fmt: skip
            assert vendor_score(component(**changes)) < best, changes

    def test_a_service_without_releases_is_not_punished_but_an_unknown_project_is(self) -> None:
        service = component(licence_class="proprietary", months_since_release=None)
        project = component(months_since_release=None)
        assert vendor_score(project) < vendor_score(service) == 1.0

    def test_what_is_at_its_end_scores_nothing(self) -> None:
        assert vendor_score(component(status="eol")) == 0.0
