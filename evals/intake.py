"""Published intake scenarios (llm-d-planner's shape) as labelled messages, over a fixed list of fields.

Use case, number of users, named models, and explicit priorities are compared; GPU wishes and experience
classes have no counterpart. A history is read as one message, its turns in order.
"""

from typing import Any

from .vocabulary import data_file

SCENARIOS = "scenarios"


def utterances_of(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Entries in the shape of the language files."""
    return [_utterance(item) for item in content[SCENARIOS]]


def _utterance(scenario: dict[str, Any]) -> dict[str, Any]:
    words = data_file("intake.yaml")
    said = [turn["content"] for turn in scenario.get("conversation_history") or () if turn["role"] == "user"]
    expected, judged = scenario["expected"], []
    wanted: list[dict[str, Any]] = []
    kinds = _kinds(expected.get("use_case"))
    if kinds:
        names = [name for kind in kinds for name in words["use_cases"][kind]]
        wanted.append({"field": "use_case", "any_of": list(dict.fromkeys(names))})
        judged.append("use_case")
    count = expected.get("user_count")
    if count:
        wanted.append({"field": "users_total", "within": [count["min"], count["max"]]})
    models = (expected.get("preferred_models") or {}).get("contains_any_partial")
    wanted += [{"field": "model_named", "holds": name} for name in models or ()]
    judged += ["model_named"] if "preferred_models" in expected else []
    high = [words["priorities"][key] for key in words["priorities"] if _is_high(expected.get(key))]
    wanted += [{"field": "priorities", "holds": name} for name in high[:1]]
    judged += ["priorities"] if any(key in expected for key in words["priorities"]) else []
    return {
        "id": scenario["id"],
        "text": " ".join([*said, scenario["user_message"]]),
        "expect": wanted,
        "only": [*judged, "users_total"],
    }


def _kinds(use_case: Any) -> list[str]:
    if isinstance(use_case, dict):
        return list(use_case.get("one_of", ()))
    return [use_case] if use_case else []


def _is_high(priority: Any) -> bool:
    return isinstance(priority, dict) and priority.get("one_of") == ["high"]
