"""Workload files: units, ranges, and a refusal with its place for everything that is wrong."""

import json
from pathlib import Path

import pytest

from knowledge import load
from knowledge.errors import InputRefused, UnknownName
from tools.cost import convert
from tools.workload_file import MAX_BYTES, parse_workload, read_workload, workload_of

KNOWLEDGE = load()


def parsed(text: str, field: str) -> object:
    known = parse_workload(text, "workload.yaml", KNOWLEDGE).get(field)
    assert known is not None
    return known.point


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("request_rate_rps: 12", "request_rate_rps", 12.0),
        ("request_rate_rps: {value: 3600, unit: requests/h}", "request_rate_rps", 1.0),
        ("request_rate_rps: {low: 60, high: 120, unit: requests/min}", "request_rate_rps", 1.5),
        ("e2e_latency_ms: {value: 2, unit: s}", "e2e_latency_ms", 2000.0),
        ("corpus_gb: {value: 2, unit: TB}", "corpus_gb", 2000.0),
        ("budget_usd_month: {value: 12000, unit: USD/year}", "budget_usd_month", 1000.0),
        ("corpus_documents: 1e9", "corpus_documents", 1e9),
        ("citations_required: yes", "citations_required", "yes"),
        ("compliance: gdpr", "compliance", ("gdpr",)),
        ("compliance: [gdpr, soc2]", "compliance", ("gdpr", "soc2")),
        ("owned_accelerators: [8xH100]", "owned_accelerators", ("8xH100-SXM-80GB",)),
        ("model_named: Llama 3.3 70B", "model_named", "Llama 3.3 70B"),
        ('{"use_case": "rag"}', "use_case", "rag"),
    ],
)
def test_reads(text: str, field: str, value: object) -> None:
    assert (
        parsed(text, field) == pytest.approx(value)
        if isinstance(value, float)
        else parsed(text, field) == value
    )


def test_keeps_both_ends_and_the_words() -> None:
    known = parse_workload("ttft_ms: {low: 0.5, high: 1.5, unit: s}", "file", KNOWLEDGE).get("ttft_ms")
    assert known is not None
    assert (known.low, known.high, known.unit, known.stated) == (500, 1500, "ms", "0.5 to 1.5 s")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("use_case: rag\nuse_case: chat", "line 2: 'use_case' stands twice"),
        ("request_rate_rps: .nan", "not a finite number"),
        ("request_rate_rps: .inf", "not a finite number"),
        ("request_rate_rps: -.inf", "not a finite number"),
        ("request_rate_rps: {low: 3, high: 2}", "low 3 is above high 2"),
        ("request_rate_rps: {value: 9, low: 1, high: 2}", "outside its own range"),
        ("request_rate_rps: {low: 3}", "one end alone"),
        ("request_rate_rps: {}", "give a value"),
        ("request_rate_rps: {valu: 3}", "unknown key 'valu'"),
        ("request_rate_rps: many", "not a number"),
        ("request_rate_rps: true", "not a number"),
        ("request_rate_rps:", "no value"),
        ("availability_pct: 120", "outside 1 to 100"),
        ("recall_target_pct: 100.1", "outside 0 to 100"),
        ("request_rate_rps: -1", "outside"),
        ("request_rate_rps: {value: 3, unit: parsecs}", "'parsecs' is not one of requests/s"),
        ("use_case: {low: rag, high: chat}", "no range"),
        ("use_case: ragg", "Use rag"),
        ("residency: [Atlantis]", "'Atlantis' is no place"),
        ("budget_usd_month: {value: 3, unit: GBP/week}", "the unit 'GBP/week' is not one of"),
        ("x: &a 1\ny: *a", "aliases are not used"),
        ("x: " + "[" * 5000, "nested too deeply"),
        ("use_case: !!python/object:os.system x", "could not determine a constructor"),
        ("a: [1", "line"),
        ("\x00\x01", "not allowed"),
        ("", "holds no fields"),
        ("- rag", "holds no fields"),
    ],
)
def test_refuses_with_the_place(text: str, words: str) -> None:
    with pytest.raises(InputRefused) as refused:
        parse_workload(text, "workload.yaml", KNOWLEDGE)
    assert words in str(refused.value)
    assert str(refused.value).startswith("workload.yaml")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("use_cas: rag", "use_case"),
        ("existing_components: [quadrant]", "qdrant"),
        ("avoid_components: [kubernets]", "kubernetes"),
        ("owned_accelerators: [H1000]", "H100-SXM-80GB"),
        ("model_named: Lama-3.3-70B", "Llama-3.3-70B"),
        ("accelerator_wanted: H1000", "H100-SXM-80GB"),
        ("currency: GPB", "GBP"),
        ("budget_usd_month: {value: 3, unit: GPB/month}", "GBP"),
    ],
)
def test_an_unknown_name_is_met_with_the_nearest_three(text: str, near: str) -> None:
    with pytest.raises(UnknownName) as refused:
        parse_workload(text, "workload.yaml", KNOWLEDGE)
    assert len(refused.value.nearest) == 3
    assert near in refused.value.nearest


def test_every_percentage_is_bounded() -> None:
    for spec in KNOWLEDGE.fields.values():
        if spec.kind == "number":
            assert spec.minimum is not None, spec.name
            assert spec.maximum is not None, spec.name
        if spec.unit == "percent":
            assert spec.maximum == 100, spec.name


def test_a_mapping_is_read_like_a_file() -> None:
    content = {"use_case": "rag", "corpus_documents": {"value": 5, "unit": "documents"}}
    assert workload_of(content, "it", KNOWLEDGE) == parse_workload(json.dumps(content), "it", KNOWLEDGE)


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("#" * (MAX_BYTES + 1))
    with pytest.raises(InputRefused, match="larger than"):
        read_workload(path, KNOWLEDGE)


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "image.yaml"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(InputRefused, match="not UTF-8"):
        read_workload(path, KNOWLEDGE)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="No such file"):
        read_workload(tmp_path / "nothing.yaml", KNOWLEDGE)


def test_an_amount_in_another_currency_is_converted_at_the_dated_rate() -> None:
    pounds = parse_workload("budget_usd_month: {value: 1000, unit: GBP/month}", "w", KNOWLEDGE)
    dollars = convert(KNOWLEDGE, 1000, "GBP", "USD").typical
    assert pounds.known["budget_usd_month"].point == pytest.approx(dollars)
    assert 1100 < dollars < 1600
    a_year = parse_workload("budget_usd_month: {value: 12000, unit: GBP/year}", "w", KNOWLEDGE)
    assert a_year.known["budget_usd_month"].point == pytest.approx(dollars)
    once = parse_workload("budget_once_usd: {value: 1000, unit: GBP}", "w", KNOWLEDGE)
    assert once.known["budget_once_usd"].point == pytest.approx(dollars)
