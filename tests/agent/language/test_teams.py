"""Who runs it and how well, who shares it, and rates and tokens told without their unit."""

import pytest

from agent.language import understand
from knowledge.library import Knowledge
from tools.workload import Workload

KNOWLEDGE = Knowledge()


def values(text: str, *asked: str) -> dict[str, object]:
    read = understand(text, turn=1, asked=asked, workload=Workload(), knowledge=KNOWLEDGE)
    return {item.field: item.value for item in read.updates}


@pytest.mark.parametrize("what", ["look after the platform", "run it", "maintain everything"])
def test_people_who_run_it_are_the_team(what: str) -> None:
    assert values(f"Three people {what}.") == {"team_engineers": 3}


def test_people_who_use_it_are_no_team() -> None:
    assert values("Three hundred people use it.")["users_total"] == 300


@pytest.mark.parametrize(
    ("text", "field", "level"),
    [
        ("Kubernetes is home turf for us", "skill_kubernetes", "strong"),
        ("four of us; Kubernetes is routine", "skill_kubernetes", "strong"),
        ("Kubernetes is new to all of us", "skill_kubernetes", "none"),
        ("we are at home with machine learning", "skill_ml", "strong"),
        ("ML is a closed book", "skill_ml", "none"),
    ],
)
def test_skills_in_plain_words(text: str, field: str, level: str) -> None:
    assert values(text, "team")[field] == level


def test_what_shares_the_system_is_a_tenant_where_that_was_asked() -> None:
    text = "40 stores, and they may never run on the same server"
    assert values(text, "tenancy") == {"tenants": 40, "tenant_isolation": "dedicated"}


def test_a_maximum_beside_a_mean_is_the_peak() -> None:
    assert values("avg 40 rps, max 300 rps") == {"request_rate_rps": 40, "peak_rate_rps": 300}


def test_tokens_are_known_by_their_question() -> None:
    text = "prompts run to 3k, responses 200, the context must be good for 32k"
    tokens = {"input_tokens": 3000, "output_tokens": 200, "context_tokens": 32000}
    assert values(text, "tokens_per_request") == tokens


def test_some_of_the_users_are_there_at_one_time() -> None:
    found = values("900 employees, two dozen of them online", "users")
    assert (found["users_total"], found["users_concurrent"]) == (900, 24)
