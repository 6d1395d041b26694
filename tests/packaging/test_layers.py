"""Imports point one way, also those that a static graph can't see: what is in `sys.modules` after importing all."""

import subprocess
import sys

import pytest

LAYERS = ("knowledge", "tools", "agent", "evals", "service", "tui")
FRAMEWORKS = ("langgraph", "litellm", "openai", "textual", "starlette", "uvicorn", "mcp", "slack_bolt")
OWN_EMBEDDING = "knowledge.index.embedding_function"
"""Derives from a class of chromadb, and is imported only where a collection is opened."""

IMPORT_ALL = """
import importlib, pkgutil, sys
root = importlib.import_module({package!r})
for found in pkgutil.walk_packages(root.__path__, {package!r} + "."):
    if found.name != {left_out!r} and not found.name.endswith("__main__"):
        importlib.import_module(found.name)
print(*sorted({{name.split(".")[0] for name in sys.modules}}))
"""


def top_level_names(package: str) -> set[str]:
    """Top-level modules that are loaded once every module of `package` is imported, in a fresh process."""
    code = IMPORT_ALL.format(package=package, left_out=OWN_EMBEDDING)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("package", ["knowledge", "tools"])
def test_knowledge_and_tools_load_no_framework(package: str) -> None:
    loaded = top_level_names(package)
    assert loaded.isdisjoint(FRAMEWORKS)
    assert "chromadb" not in loaded
    assert loaded.isdisjoint(LAYERS[LAYERS.index(package) + 1 :])


@pytest.mark.parametrize("package", ["agent", "evals"])
def test_the_layers_above_load_none_above_themselves(package: str) -> None:
    loaded = top_level_names(package)
    assert loaded.isdisjoint(LAYERS[LAYERS.index(package) + 1 :])
    assert loaded.isdisjoint({"litellm", "openai", "textual", "chromadb"})


def test_an_assessment_loads_nothing_it_does_not_need() -> None:
    code = (
        "import sys\nfrom datetime import date\nfrom knowledge import load\nfrom tools.assess import assess\n"
        "from tools.workload import from_mapping\n"
        "assess(from_mapping({'use_case': 'rag'}), load(), date(2026, 11, 24))\n"
        "print(*(name for name in ('chromadb', 'onnxruntime', 'langgraph', 'agent', 'openai') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
