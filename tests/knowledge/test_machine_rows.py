"""Types of machines by the names that clouds give them: what is in one, and what it costs."""

import re

import pytest

from knowledge import Knowledge
from knowledge.errors import UnknownName
from knowledge.index import Retriever
from knowledge.listing import show
from knowledge.machines import machine_lines, machines
from knowledge.row_texts import row_sentences


@pytest.mark.parametrize(
    ("question", "machine", "told"),
    [
        ("p5.48xlarge price", "p5.48xlarge", "an hour for the machine"),
        ("p5.48xlarge spot price", "p5.48xlarge", "aws, spot"),
        ("a3-highgpu-8g hourly cost in Tokyo", "a3-highgpu-8g", "asia-northeast1"),
        ("ND96isr H100 v5 price", "Standard_ND96isr_H100_v5", "azure, on demand"),
        ("how many gpus does p4d.24xlarge have", "p4d.24xlarge", "8 of A100-SXM-40GB"),
        ("what GPU is in a2-ultragpu-1g?", "a2-ultragpu-1g", "1 of A100-SXM-80GB"),
        ("g5.xlarge memory", "g5.xlarge", "24 GB"),
    ],
)
def test_a_machine_is_told_of_by_its_name(
    question: str, machine: str, told: str, retriever: Retriever
) -> None:
    found = retriever.search(question, k=3)
    first = found.hits[0]
    assert first.record_id == f"machine:{machine}"
    assert not found.abstained
    assert not first.unheld
    assert any(
        told in item.line for item in row_sentences(first.record_id, first.text) if item.id in first.telling
    )


@pytest.mark.parametrize(
    ("question", "unheld"),
    [
        ("p5.48xlarge price in frankfurt", "a price in frankfurt"),
        ("p5.48xlarge price on azure", "a price at azure"),
        ("p5.48xlarge vcpus", "processors, main memory, disks and network"),
        ("p5.48xlarge price", ""),
    ],
)
def test_where_no_price_of_it_is_held_is_said(question: str, unheld: str, retriever: Retriever) -> None:
    first = retriever.search(question, k=3).hits[0]
    assert " ".join(map(str, first.unheld)) == unheld


def test_two_machines_are_held_against_each_other(retriever: Retriever) -> None:
    found = retriever.search("p5.48xlarge vs a3-highgpu-8g", k=3)
    assert [hit.record_id for hit in found.hits[:2]] == ["machine:p5.48xlarge", "machine:a3-highgpu-8g"]


@pytest.mark.parametrize(
    ("question", "machines_told"),
    [
        ("p5 instance price", ["p5.48xlarge", "p5.4xlarge"]),
        ("hourly price of p5en", ["p5en.48xlarge"]),
        ("a3-megagpu on demand price", ["a3-megagpu-8g"]),
        ("p5 vs p5en.48xlarge price", ["p5.48xlarge", "p5en.48xlarge", "p5.4xlarge"]),
        ("a2 price", ["a2-highgpu-1g", "a2-highgpu-2g", "a2-highgpu-4g"]),  # NVIDIA's A2 isn't held
        ("p5 and p5en price", ["p5.48xlarge", "p5en.48xlarge", "p5.4xlarge"]),
    ],
)
def test_a_family_brings_its_types(question: str, machines_told: list[str], retriever: Retriever) -> None:
    found = retriever.search(question, k=6)
    rows = [hit.record_id for hit in found.hits if hit.record_id.startswith("machine:")]
    assert rows == [f"machine:{name}" for name in machines_told]
    assert not found.abstained


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("p5.24xlarge price", "p5.24xlarge"),
        ("What does an m6a.12xlarge cost per hour?", "m6a.12xlarge"),
        ("price of n2-standard-8", "n2-standard-8"),
        ("Standard_D4s_v5 price", "Standard_D4s_v5"),
        ("ml.p4d.24xlarge price", "ml.p4d.24xlarge"),  # p4d.24xlarge is held
        ("how much is a db.r6g.2xlarge?", "db.r6g.2xlarge"),
    ],
)
def test_a_type_that_is_not_held_is_named(question: str, unknown: str, retriever: Retriever) -> None:
    found = retriever.search(question, k=3)
    assert found.abstained
    assert f"doesn't know {unknown}." in found.reason


@pytest.mark.parametrize(
    "question",
    [
        "We run Kafka on three m5.xlarge. What does MSK cost?",
        "What does a c7i.4xlarge cost in us-east-1?",  # a fact tells of it
        "Standard_ND96isr_H100_v5 price",
    ],
)
def test_a_type_in_passing_or_in_a_fact_turns_nothing_away(question: str, retriever: Retriever) -> None:
    assert "doesn't know" not in retriever.search(question, k=3).reason


def test_a_machine_inside_a_question_about_something_else_brings_no_row(retriever: Retriever) -> None:
    found = retriever.search("Our p5.48xlarge nodes lose their NCCL connections after an upgrade, why?", k=3)
    assert not [hit for hit in found.hits if hit.record_id.startswith("machine:")]


def test_the_price_of_the_machine_is_that_of_all_its_accelerators(knowledge: Knowledge) -> None:
    told_of = 0
    for name, rows in machines(knowledge).items():
        lines = machine_lines(name, knowledge)
        assert lines[1] == f"accelerators: {rows[0].count} of {rows[0].accelerator}"
        for row in (row for row in rows if row.usd_per_accelerator_h and row.region):
            (line,) = (line for line in lines if line.startswith("in ") and f" {row.region}, " in line)
            machine, one = re.findall(r"USD ([\d.,]+) an hour for the machine, ([\d.]+) per", line)[0]
            assert float(one) == pytest.approx(row.usd_per_accelerator_h, rel=1e-3)
            assert float(machine.replace(",", "")) == pytest.approx(float(one) * row.count, rel=1e-3)
            told_of += 1
    assert told_of > 200


def test_a_machine_is_shown_by_its_name(knowledge: Knowledge) -> None:
    assert show(knowledge, "p5.48xlarge").startswith("machine:p5.48xlarge: machine of aws")
    for name in ("machine:p5.48xlarge", "P5.48xlarge", "p5 48xlarge", "machine:P5.48XLARGE"):
        assert show(knowledge, name) == show(knowledge, "p5.48xlarge")
    azure = show(knowledge, "standard_nc24ads_a100_v4")
    assert azure == show(knowledge, "NC24ads_A100_v4")
    assert "accelerators: 1 of A100-PCIe-80GB" in azure
    with pytest.raises(UnknownName, match=r"p5\.48xlarge"):
        show(knowledge, "machine:p5.49xlarge")


def test_where_a_machine_is_auctioned_alone_no_price_on_demand_is_told(knowledge: Knowledge) -> None:
    lines = machine_lines("p5e.48xlarge", knowledge)
    alone = [line for line in lines if line.startswith("in ") and "spot price" in line]
    assert alone
    assert not [line for line in alone if "on demand" in line]
    first = next(line for line in lines if line.startswith("in "))
    full = any(row.usd_per_accelerator_h for row in machines(knowledge)["p5e.48xlarge"])
    assert ("on demand" in first) is full
