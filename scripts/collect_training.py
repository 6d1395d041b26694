"""Write the table of measured training runs from a CSV of published ones.

    python scripts/collect_training.py RUNS.csv knowledge/data/perf/training_measured.csv

One row an accelerator, architecture, kind and precision: the median over runs of the share of the 16-bit peak. Where
a publisher doesn't say the precision, the narrowest that runs usually use on the device counts, as in the evaluation.
The sources of the runs allow it (Apache-2.0, BSD-3-Clause).
"""

import csv
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

from evals.measured_rows import find_accelerator, find_precision, number
from evals.trained_model import trained_model
from knowledge import Knowledge, load
from knowledge.errors import InputRefused
from tools.sizing.predict_training import arithmetic, operations_per_token

SOURCES = ("MosaicML llm-foundry", "NVIDIA Megatron-Bridge", "MaxText", "torchtitan")
COLUMNS = ("accelerator", "architecture", "kind", "precision", "share_pct", "runs", "source")


def share(knowledge: Knowledge, row: dict[str, str]) -> tuple[tuple[str, ...], float] | None:
    """Key and share of the 16-bit peak, in percent; None where the row holds neither speed nor a known size."""
    value, source = number(row, "value"), next((s for s in SOURCES if row["source"].startswith(s)), "")
    if value is None or not source or row["metric"] == "time_to_train":
        return None
    try:
        accelerator = find_accelerator(knowledge, row["accelerator"])
        model = trained_model(knowledge, row)
    except InputRefused:
        return None
    per_token = operations_per_token(model.active_b, number(row, "seq_len") or 0.0) / 1e12
    reached = value if row["metric"].startswith("tflops") else value * per_token
    kind = "moe" if model.sparse else "dense"
    precision = row["precision"] or find_precision("", accelerator)
    key = (accelerator.key, model.architecture, kind, arithmetic(precision), source)
    return key, 100 * reached / accelerator.bf16_tflops


def main() -> None:
    runs, target = map(Path, sys.argv[1:])
    knowledge, found = load(), defaultdict(list)
    with runs.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (entry := share(knowledge, row)) is not None:
                found[entry[0]].append(entry[1])
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for key, values in sorted(found.items()):
            writer.writerow([*key[:4], f"{median(values):.1f}", len(values), key[4]])


if __name__ == "__main__":
    main()
