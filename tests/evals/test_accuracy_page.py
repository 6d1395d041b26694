# ruff: noqa: E501 - rows of CSV files
"""The accuracy page: every figure is the run's own, and another tool is compared on the same rows."""

import io
from pathlib import Path
from typing import Any

from evals.accuracy_page import _worst
from evals.sizing import RAN, run_sizing
from evals.sizing_scores import pooled_order
from knowledge import Knowledge

KNOWLEDGE = Knowledge()
HEADER = "row_id,source,engine,accelerator,n_accelerators,model,precision,scenario,input_tokens,output_tokens,concurrency,metric,value,unit,scope,notes,group"
ROW = "{id},S,vllm,H100-SXM-80GB,8,Llama-3.1-70B,fp8,closed-loop concurrency,1024,1024,{clients},tpot_mean,{value},ms,per_request,,H100-SXM-80GB|Llama-3-70B"


def written(folder: Path) -> Path:
    path = folder / "runs.csv"
    rows = [ROW.format(id=f"r{n}", clients=2**n, value=10 + 3 * n) for n in range(6)]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def page(folder: Path, against: str = "") -> str:
    target, rival = folder / "accuracy.md", folder / "rival.csv"
    rival.write_text(against, encoding="utf-8")
    code = run_sizing(
        written(folder), leave_group_out=True, page_path=target, against=rival if against else None,
        knowledge=KNOWLEDGE, stdout=io.StringIO(),
    )  # fmt: skip
    assert code == RAN
    return target.read_text(encoding="utf-8")


def test_the_page_tells_task_split_and_limits(tmp_path: Path) -> None:
    text = page(tmp_path)
    assert "runs.csv" in text
    for words in (
        "| served TPOT | 6 |",
        "## By accelerator",
        "## By model family",
        "## What limits these figures",
        "## Worst groups",
        "All their pairs in one pot",
    ):
        assert words in text
    assert "kernel database" not in text.split("## What limits")[0]


def test_another_tool_is_compared_on_the_rows_it_predicts(tmp_path: Path) -> None:
    rival = "row_id,metric,measured,aiconfigurator_ape_pct\nr0,tpot_mean,10,40\nr1,tpot_mean,13,20\nzz,tpot_mean,13,900\n"
    text = page(tmp_path, rival)
    assert "| tpot_mean | 2 | 30.0 % | 30.0 % |" in text


def test_another_file_stands_beside_with_what_it_could_not_answer(tmp_path: Path) -> None:
    target, training = tmp_path / "accuracy.md", tmp_path / "training.csv"
    training.write_text(
        "row_id,framework,accelerator,n_accelerators,model,seq_len,metric,value,unit\n"
        "t1,x,A100-SXM-80GB,8,MPT-7b,2048,tokens_per_s_per_gpu,4000,tokens/s/GPU\n"
        "t2,x,A100-SXM-80GB,8,Nobody-knows,2048,time_to_train,40,minutes\n",
        encoding="utf-8",
    )
    code = run_sizing(
        written(tmp_path), page_path=target, beside=[training], knowledge=KNOWLEDGE, stdout=io.StringIO()
    )
    text = target.read_text(encoding="utf-8")
    assert code == RAN
    section = text.split("## Training")[1].split("\n## ")[0]
    assert "| training tokens/s | 1 | 1 | 100.0 % |" in section
    assert "| time to train | 1 | 1 | 0.0 % |" in section
    assert "Nobody-knows" in section


def test_every_family_is_told_with_its_points(tmp_path: Path) -> None:
    text = page(tmp_path)
    section = text.split("## Single published figures")[1].split("\n## ")[0]
    assert section.count("\n| vision |") == 15
    assert "https://github.com/feast-dev/feast-benchmarks" in section


def test_all_pairs_in_one_pot_count_each_pair_once() -> None:
    tasks: dict[str, dict[str, Any]] = {
        "TTFT": {"pairs": 90, "pairs_ordered": 0.8},
        "offline": {"pairs": 10, "pairs_ordered": 1.0},
        "other": {"pairs": 0, "pairs_ordered": None},
    }
    assert pooled_order(tasks) == 0.82
    assert pooled_order({}) is None


def test_the_worst_groups_come_first_with_their_errors() -> None:
    def entry(name: str, error: float) -> dict[str, Any]:
        return {name: {"rows": 3, "mean_error": error, "in_interval": 0.5}}

    task = {"pairs": 0, "worst_groups": entry("B200|Qwen3-8B", 0.443) | entry("B200|gpt-oss-20b", 0.406)}
    lines = _worst({"steady ITL": task, "other": task})
    assert [line for line in lines if "B200" in line] == [
        "| steady ITL | B200, Qwen3-8B | 3 | 44.3 % | 50.0 % |",
        "| steady ITL | B200, gpt-oss-20b | 3 | 40.6 % | 50.0 % |",
    ]
