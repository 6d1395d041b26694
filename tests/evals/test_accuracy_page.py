# ruff: noqa: E501 - rows of CSV files
"""The accuracy page: every figure is the run's own, and another tool is compared on the same rows."""

import io
from pathlib import Path

from evals.sizing import RAN, run_sizing
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
    ):
        assert words in text
    assert "kernel database" not in text.split("## What limits")[0]


def test_another_tool_is_compared_on_the_rows_it_predicts(tmp_path: Path) -> None:
    rival = "row_id,metric,measured,aiconfigurator_ape_pct\nr0,tpot_mean,10,40\nr1,tpot_mean,13,20\nzz,tpot_mean,13,900\n"
    text = page(tmp_path, rival)
    assert "| tpot_mean | 2 | 30.0 % | 30.0 % |" in text
