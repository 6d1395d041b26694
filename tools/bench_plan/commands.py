"""Command lines from the templates of perf/bench_commands.yaml."""

from collections.abc import Mapping
from typing import Any

from knowledge import Knowledge
from knowledge.aliases import table_cache
from knowledge.sizing_data import Constant

FILE = "perf/bench_commands.yaml"


def bench_data(knowledge: Knowledge) -> dict[str, Any]:
    """perf/bench_commands.yaml."""
    return table_cache(knowledge, _read)


def command(
    knowledge: Knowledge, group: str, name: str, values: Mapping[str, object], indent: str = ""
) -> str:
    """A command over several lines; an option whose value is empty is left out."""
    lines = bench_data(knowledge)[group][name]["lines"]
    filled = (line.format_map(values) for line in lines)
    return f" \\\n{indent}  ".join(line for line in filled if line.strip())


def source_of(knowledge: Knowledge, group: str, name: str) -> str:
    """Where the options were looked up."""
    return str(bench_data(knowledge)[group][name]["source"])


def plan_constant(knowledge: Knowledge, name: str) -> Constant:
    """An assumption of the plan."""
    return Constant.model_validate(bench_data(knowledge)["plan"][name])


def _read(knowledge: Knowledge) -> dict[str, Any]:
    content: dict[str, Any] = knowledge.files.yaml(FILE)
    return content
