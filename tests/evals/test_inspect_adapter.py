"""The Inspect adapter against a stand-in for Inspect: what it hands over, and that nothing needs the extra."""

import asyncio
import importlib
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import yaml

import evals.inspect_adapter as adapter
from evals.fake_advisor import ScriptedAdvisor, question, recommendation, stack_of
from evals.scoring import WEIGHTS
from knowledge.errors import InputRefused

INVENTED = str(Path(__file__).parent / "data" / "invented")


class Store(dict[str, Any]):
    def set(self, key: str, value: Any) -> None:
        self[key] = value


def keep(**given: Any) -> SimpleNamespace:
    return SimpleNamespace(**given)


def stand_in() -> dict[str, ModuleType]:
    """Modules with the names that the adapter uses; decorators hand back what they are given."""
    names = ("", ".scorer", ".solver", ".dataset", ".model")
    top, scorer, solver, dataset, model = (ModuleType(f"inspect_ai{name}") for name in names)
    attributes: dict[ModuleType, dict[str, Any]] = {
        top: {"task": lambda make: make, "Task": keep},
        scorer: {
            "scorer": lambda metrics: lambda make: make,
            "Score": keep,
            **dict.fromkeys(("accuracy", "mean", "stderr"), lambda: None),
        },
        solver: {"solver": lambda make: make},
        dataset: {"Sample": keep},
        model: {
            "ChatMessageUser": keep,
            "ChatMessageAssistant": keep,
            "ModelOutput": SimpleNamespace(from_content=keep),
        },
    }
    for module, members in attributes.items():
        vars(module).update(members)
    return {module.__name__: module for module in attributes}


@pytest.fixture
def inspecting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, module in stand_in().items():
        monkeypatch.setitem(sys.modules, name, module)
    loaded: Any = importlib.reload(adapter)
    stack = stack_of("managed-api", "hybrid", "managed-api", {"sto.vector_db": "pgvector"})
    advisor = ScriptedAdvisor(question("request_rate"), recommendation(stack))
    monkeypatch.setattr(loaded, "product_advisor", lambda *_, **__: lambda: advisor)
    yield loaded
    monkeypatch.undo()
    importlib.reload(adapter)


def run(made: Any, identity: str) -> Any:
    """One sample through the task's solver."""
    state = SimpleNamespace(sample_id=identity, store=Store(), messages=[], output=None)
    return asyncio.run(made.solver(state, None))


def test_a_case_is_run_and_scored_as_the_command_does(inspecting: Any) -> None:
    made = inspecting.advice(INVENTED)
    assert [(sample.id, sample.input[:10]) for sample in made.dataset] == [("library-search", "We run a t")]
    state = run(made, "library-search")
    assert state.messages[0].content.startswith("We run a town library")
    assert len(state.messages) == 4
    passed, parts = (asyncio.run(judge(state, None)) for judge in made.scorer)
    assert passed.value == "I"
    assert passed.explanation.startswith("mentions 0.00 is below 0.50")
    assert parts.value["fit"] == 1
    assert parts.value["interview"] == 0.5
    assert parts.value["numbers"] == 0
    assert set(parts.value) == {"score", *WEIGHTS}
    assert parts.explanation == "wrong numbers: requests_per_day"


def test_a_case_without_numbers_is_left_out_of_their_mean(inspecting: Any, tmp_path: Path) -> None:
    case = yaml.safe_load((Path(INVENTED) / "library-search.yaml").read_text(encoding="utf-8"))
    case["expectations"]["numeric_checks"] = []
    (tmp_path / "case.yaml").write_text(yaml.safe_dump(case), encoding="utf-8")
    made = inspecting.advice(str(tmp_path))
    _, parts = (asyncio.run(judge(run(made, "library-search"), None)) for judge in made.scorer)
    assert math.isnan(parts.value["numbers"])
    assert parts.value["fit"] == 1


def test_adversarial_scripts_are_a_task_of_their_own(inspecting: Any) -> None:
    made = inspecting.adversarial(INVENTED)
    assert [sample.id for sample in made.dataset] == ["moving-target"]
    (judge,) = made.scorer
    assert asyncio.run(judge(run(made, "moving-target"), None)).value == "I"


def test_no_case_and_a_malformed_case_are_refused(inspecting: Any, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="No case found"):
        inspecting.advice(str(tmp_path))
    (tmp_path / "bad.yaml").write_text("id: [", encoding="utf-8")
    with pytest.raises(InputRefused, match=r"bad\.yaml"):
        inspecting.advice(f"{tmp_path}/")


def test_a_case_with_a_misspelt_schema_is_refused(inspecting: Any, tmp_path: Path) -> None:
    text = (Path(INVENTED) / "library-search.yaml").read_text(encoding="utf-8")
    (tmp_path / "other.yaml").write_text((Path(INVENTED) / "moving-target.yaml").read_text("utf-8"), "utf-8")
    (tmp_path / "case.yaml").write_text(text.replace("stackwright-case/1", "stackwright-cases/1"), "utf-8")
    with pytest.raises(InputRefused, match=r"case\.yaml: schema"):
        inspecting.adversarial(str(tmp_path))


def test_without_the_extra_the_module_loads_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "inspect_ai", None)
    with pytest.raises(InputRefused, match="Inspect isn't installed"):
        adapter.advice(INVENTED)
