import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from agent.reply import Claim
from evals.case_files import CaseSet, read_cases
from evals.conversation import MAX_TURNS
from evals.fake_advisor import ScriptedAdvisor, question, recommendation, stack_of
from evals.runner import run_script, run_scripts
from evals.trace import Trace, read_traces, to_json
from knowledge import load

DATA = Path(__file__).parent / "data"
KEYS = {
    "id", "picks", "alternatives", "asked", "text", "transcript", "numbers", "citations", "profile", "turns",
    "conflicts", "assumptions", "rejected_values", "rejected_components", "reply_language", "exception",
}  # fmt: skip


def advisor() -> ScriptedAdvisor:
    stack = stack_of(
        "managed-api",
        "hybrid",
        "managed-api",
        {"sto.vector_db": "pgvector", "cmp.model_api": "openai-api"},
        evidence=("pgvector/perf/recall",),
        numbers={"request_rate_rps": 0.5, "not_in_the_list": 1},
    )
    claims = (
        Claim(
            text="Exact titles are found. Migration is easy.", evidence=("a/b/c", "calc/x/1"), role="tradeoff"
        ),
        Claim(text="Nothing supports this.", evidence=(), role="tradeoff"),
        Claim(text="We suppose much.", evidence=("a/b/d",), role="assumption"),
    )
    return ScriptedAdvisor(question("users", "budget"), question("team"), recommendation(stack, claims))


def test_a_trace_has_exactly_the_documented_keys(invented: CaseSet) -> None:
    trace = run_script(invented.scripts[0], advisor, load())
    assert set(json.loads(to_json(trace))) == KEYS
    assert trace.picks["vector_store"] == ["pgvector"]
    assert trace.picks["inference_engine"] == ["openai_api"]
    assert trace.picks["compute"] == ["compute_managed_api"]
    assert trace.picks["feature_store"] == ["none"]
    assert trace.asked == ["users", "budget", "team"]
    assert trace.turns == 3
    assert trace.citations["vector_store"] == ["pgvector/perf/recall"]
    assert trace.exception is None


def test_only_cited_arguments_are_text(invented: CaseSet) -> None:
    trace = run_script(invented.scripts[0], advisor, load())
    assert trace.text == "Exact titles are found[a/b/c,calc/x/1]. Migration is easy[a/b/c,calc/x/1]."


def test_numbers_are_those_of_the_list_and_what_follows_by_unit_arithmetic(invented: CaseSet) -> None:
    numbers = run_script(invented.scripts[0], advisor, load()).numbers
    assert numbers == {
        "request_rate_rps": 0.5,
        "requests_per_day": 43200,
        "request_rate_per_day": 43200,
        "request_rate_per_month": 1296000,
    }


def test_an_exception_is_recorded_with_what_went_before(invented: CaseSet) -> None:
    trace = run_script(
        invented.scripts[0], lambda: ScriptedAdvisor(question("users"), ValueError("no\nluck")), load()
    )
    assert trace.exception == "ValueError: no luck"
    assert trace.asked == ["users"]
    assert trace.turns == 2


def test_an_advisor_that_never_ends_is_stopped(invented: CaseSet) -> None:
    trace = run_script(invented.scripts[0], lambda: ScriptedAdvisor(question("users")), load())
    assert trace.turns == MAX_TURNS
    assert trace.picks == {}


def test_each_case_gets_a_fresh_advisor_that_hears_only_the_user(invented: CaseSet) -> None:
    opened: list[ScriptedAdvisor] = []

    def begin() -> ScriptedAdvisor:
        opened.append(advisor())
        return opened[-1]

    run_scripts(invented.scripts, begin, load())
    assert [one.heard[0] for one in opened] == [script.persona for script in invented.scripts]
    assert opened[0].heard[1] == "I don't know"


def test_traces_are_byte_identical_when_expectations_are_exchanged(tmp_path: Path) -> None:
    files = sorted((DATA / "cases" / "dev").glob("dev-*.yaml"))
    contents = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    hidden = ("expectations", "must_ask", "documented_choice", "rejected", "outcomes", "what_is_published")
    for folder, shift in (("straight", 0), ("exchanged", 7)):
        (tmp_path / folder).mkdir()
        for index, (file, content) in enumerate(zip(files, contents, strict=True)):
            other = contents[(index + shift) % len(contents)]
            mixed = {**content, **{key: other[key] for key in hidden}}
            (tmp_path / folder / file.name).write_text(yaml.safe_dump(mixed), encoding="utf-8")
        found = read_cases(tmp_path / folder)
        assert not found.problems
        run_scripts(found.scripts, advisor, load(), tmp_path / f"{folder}-traces")
    straight, exchanged = (
        {path.name: path.read_bytes() for path in (tmp_path / f"{folder}-traces").iterdir()}
        for folder in ("straight", "exchanged")
    )
    assert len(straight) == 20
    assert straight == exchanged


def test_traces_do_not_depend_on_hash_randomisation(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from knowledge import load\n"
        "from evals.case_files import read_cases; from evals.runner import run_scripts\n"
        "from evals.fake_advisor import ScriptedAdvisor, question, recommendation, stack_of\n"
        "stack = stack_of('custom-model', 'ann-candidates', 'gpu-reserved', {'sto.vector_db': 'milvus'})\n"
        "begin = lambda: ScriptedAdvisor(question('users', 'team'), recommendation(stack))\n"
        "run_scripts(read_cases(Path(sys.argv[1])).scripts, begin, load(), Path(sys.argv[2]))\n"
    )
    written = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        subprocess.run(
            [sys.executable, "-c", program, str(DATA / "invented"), str(folder)],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        written.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert written[0] == written[1]
    assert len(written[0]) == 2


def test_traces_are_read_back(tmp_path: Path, invented: CaseSet) -> None:
    written = run_scripts(invented.scripts, advisor, load(), tmp_path)
    assert read_traces(tmp_path) == written
    text = (tmp_path / "library-search.json").read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert Trace.model_validate_json(text) == written["library-search"]
