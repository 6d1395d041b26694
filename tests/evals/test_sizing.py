# ruff: noqa: E501 - rows of CSV files
"""`eval sizing`: shapes by their header, predictions that never saw what was measured, an answer to every row."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from evals.measured_rows import read_measured, recognise, sizing_data
from evals.sizing import COLUMNS, IMPERFECT, NO_CASE, RAN, run_sizing
from knowledge import Knowledge
from knowledge.errors import InputRefused
from tui.main import parser

KNOWLEDGE = Knowledge()
SERVING = """row_id,source,url,submitter,engine,accelerator,n_accelerators,model,precision,parallelism,scenario,input_tokens,output_tokens,concurrency,metric,value,unit,scope,notes,group
a,S,u,w,vllm,H100-SXM-80GB,8,Llama-3.1-70B,fp8,tp8,closed-loop concurrency,1024,1024,32,tpot_mean,14,ms,per_request,,H100-SXM-80GB|Llama-3-70B
b,S,u,w,vllm,H100-SXM-80GB,8,Llama-3.1-70B,fp8,tp8,closed-loop concurrency,1024,1024,32,ttft_mean,150,ms,per_request,,H100-SXM-80GB|Llama-3-70B
c,S,u,w,vllm,H100-SXM-80GB,8,Llama-3.1-70B,fp8,tp8,closed-loop concurrency,1024,1024,128,tpot_mean,30,ms,per_request,,H100-SXM-80GB|Llama-3-70B
d,T,u,w,llama.cpp,RTX-4090,1,Llama-3-8B,q4_k_m,,single stream batch 1,1024,1024,1,decode_tokens_per_s,130,tokens/s,per_request,,RTX-4090|Llama-3-8B
e,T,u,w,tensorrt-llm,H100-SXM-80GB,1,GPT-J-6B,fp8,tp1,Offline static batch,128,128,64,output_throughput,5900,tokens/s,system,,H100-SXM-80GB|GPT-J-6B
"""
ENERGY = """row_id,accelerator,n_accelerators,model,task,precision,scenario,throughput,throughput_unit,power_w,power_scope,energy_per_unit_j,energy_unit,notes
e1,B200-SXM-180GB,1,Qwen3-VL-32B-Instruct,image-chat,bfloat16,max_num_seqs=128,1625,tokens/s,494,GPUs only (sum),0.3,J/output token,avg_batch=127.7; avg_output_len=940; energy_per_request_J=285.8
"""
PER_TOKEN = """model,task,precision,gpu,num_gpus,max_num_seqs,avg_batch,avg_output_len,output_tok_s,median_itl_ms,p95_itl_ms,avg_power_w,power_w_per_gpu,energy_j_per_output_token
meta-llama/Llama-3.1-8B-Instruct,lm-arena-chat,bfloat16,H100,1,64,64.0,600,3000,20,25,600,600,0.2
"""
VECTORS = """row_id,source,engine,index,index_params,vcpu,ram_gb,n_nodes,dataset,n_vectors,dim,top_k,filter,concurrency,recall,qps,latency_p99_ms,index_size_kb
v1,S,weaviate,HNSW,"{""ef"": 64}",16,128,1,D,1000000,768,100,none,,0.95,2000,9,
v2,S,faiss,IVF,"SQ8",8,16,1,E,10000000,192,10,none,,0.9,9000,,2917648
"""
TRAINING = """row_id,framework,accelerator,n_accelerators,model,n_params,precision,seq_len,global_batch,metric,value,unit,mfu_pct,tflops_per_gpu,notes
t1,F,A100-SXM-80GB,8,MPT-7b,6658859008,bf16,2048,1024,tokens_per_s_per_gpu,3900,tokens/s/GPU,55,171,published 3900
t2,F,H100-SXM-80GB,8,Llama-3.1-8B pretrain (to target loss),,,8192,32,time_to_train,120,minutes,,,
"""
FILES = {
    "serving": SERVING,
    "energy": ENERGY,
    "energy_per_token": PER_TOKEN,
    "vectors": VECTORS,
    "training": TRAINING,
}


def written(folder: Path, text: str) -> Path:
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return path


def run(folder: Path, text: str, *, leave: bool = True) -> tuple[list[dict[str, str]], dict[str, Any]]:
    out, target = io.StringIO(), folder / "predictions.csv"
    code = run_sizing(
        written(folder, text), target, True, leave_group_out=leave, knowledge=KNOWLEDGE, stdout=out
    )
    assert code == RAN
    with target.open(encoding="utf-8") as file:
        return list(csv.DictReader(file)), json.loads(out.getvalue())


def without(text: str, *columns: str) -> str:
    rows = list(csv.DictReader(io.StringIO(text)))
    kept = [name for name in rows[0] if name not in columns]
    out = io.StringIO()
    writer = csv.DictWriter(out, kept, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def changed(text: str, **cells: str) -> str:
    rows = [
        {**row, **{k: v for k, v in cells.items() if k in row}} for row in csv.DictReader(io.StringIO(text))
    ]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("shape", FILES)
def test_a_file_is_recognised_by_its_header(shape: str, tmp_path: Path) -> None:
    assert read_measured(written(tmp_path, FILES[shape])).shape.name == shape


@pytest.mark.parametrize("shape", FILES)
def test_also_with_columns_missing(shape: str, tmp_path: Path) -> None:
    text = without(FILES[shape], "row_id", "group", "source", "url", "submitter", "notes", "value")
    assert read_measured(written(tmp_path, text)).shape.name == shape
    predictions, _ = run(tmp_path, text)
    assert predictions[0]["row_id"] == "1"


@pytest.mark.parametrize(
    "header", ["a,b,c", "model,price", "accelerator,vcpu,usd_hour", "row_id,value,unit,source"]
)
def test_other_files_are_refused(header: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputRefused):
        recognise(header.split(","))
    assert run_sizing(written(tmp_path, header + "\n1,2,3\n"), knowledge=KNOWLEDGE) == IMPERFECT
    assert "no known shape" in capsys.readouterr().err


def test_no_row_is_no_pass(tmp_path: Path) -> None:
    assert run_sizing(tmp_path / "none.csv", knowledge=KNOWLEDGE) == NO_CASE
    assert run_sizing(written(tmp_path, SERVING.splitlines()[0]), knowledge=KNOWLEDGE) == NO_CASE


@pytest.mark.parametrize("shape", FILES)
@pytest.mark.parametrize("leave", [True, False])
def test_an_absurd_measurement_moves_no_prediction(shape: str, leave: bool, tmp_path: Path) -> None:
    before, _ = run(tmp_path, FILES[shape], leave=leave)
    told = {"value", "source", "url", "submitter", "mfu_pct", "tflops_per_gpu"}
    names = set(sizing_data().shapes[shape].measured) | told
    absurd = changed(FILES[shape], **dict.fromkeys(names, "1e9"))
    if "notes" in absurd.splitlines()[0]:
        absurd = absurd.replace("energy_per_request_J=285.8", "energy_per_request_J=1e9").replace(
            "3900", "1e9"
        )
    after, _ = run(tmp_path, absurd, leave=leave)
    assert before == after
    assert any(row["predicted"] for row in before)


@pytest.mark.parametrize("shape", FILES)
def test_every_row_has_a_number_in_its_interval_or_a_reason(shape: str, tmp_path: Path) -> None:
    predictions, _ = run(tmp_path, FILES[shape])
    assert tuple(predictions[0]) == COLUMNS
    for row in predictions:
        if row["predicted"]:
            assert 0 < float(row["low"]) <= float(row["predicted"]) <= float(row["high"])
            assert not row["reason_if_none"]
        else:
            assert row["reason_if_none"]


ODD = ["", "nan", "-1", "0", "inf", "1e308", "abc", "{'a': 1}", "１２"]


@pytest.mark.parametrize("shape", FILES)
@pytest.mark.parametrize("odd", ODD)
def test_odd_cells_raise_nothing(shape: str, odd: str, tmp_path: Path) -> None:
    for column in FILES[shape].splitlines()[0].split(","):
        predictions, _ = run(tmp_path, changed(FILES[shape], **{column: odd}))
        assert all(row["predicted"] or row["reason_if_none"] for row in predictions)


def test_short_and_long_rows(tmp_path: Path) -> None:
    header = SERVING.splitlines()[0]
    predictions, _ = run(tmp_path, f"{header}\na\nb{',x' * 40}\n")
    assert all(row["reason_if_none"] for row in predictions)


def test_an_unknown_model_gets_the_reason(tmp_path: Path) -> None:
    predictions, found = run(tmp_path, changed(SERVING, model="Nobody-9B"))
    assert all("Nobody-9B" in row["reason_if_none"] for row in predictions)
    assert found["answered"] == 0
    assert found["tasks"]["served TPOT"]["macro_error"] == 1


def test_without_a_metric_each_measured_column_is_answered(tmp_path: Path) -> None:
    predictions, _ = run(tmp_path, PER_TOKEN)
    assert [row["metric"] for row in predictions] == list(sizing_data().shapes["energy_per_token"].measured)
    wide = (
        without(SERVING, "metric", "value").replace("unit,scope", "tpot_mean,scope").replace(",ms,", ",14,")
    )
    predictions, _ = run(tmp_path, wide)
    assert {row["metric"] for row in predictions} == {"tpot_mean"}
    assert predictions[0]["predicted"]


def test_the_own_group_is_withheld(tmp_path: Path) -> None:
    """Own measurements scale the figure only when the group isn't left out, named in the file or not."""
    seen, _ = run(tmp_path, SERVING, leave=False)
    unseen, _ = run(tmp_path, SERVING)
    unnamed, _ = run(tmp_path, without(SERVING, "group"))
    assert seen[0]["basis"] == "measured"
    assert unseen[0]["basis"] != "measured"
    assert seen[0]["predicted"] != unseen[0]["predicted"]
    assert unnamed == unseen


def test_the_verb_takes_its_options() -> None:
    given = parser().parse_args(
        ["eval", "sizing", "rows.csv", "--predictions", "out.csv", "--leave-group-out", "--json"]
    )
    assert (given.action, given.leave_group_out, given.predictions) == ("sizing", True, Path("out.csv"))


def test_the_console_names_every_task(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_sizing(written(tmp_path, SERVING), leave_group_out=True, knowledge=KNOWLEDGE) == RAN
    shown = capsys.readouterr().out
    for task in ("served TPOT", "TTFT", "single stream", "offline"):
        assert task in shown
