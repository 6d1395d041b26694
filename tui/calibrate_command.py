"""Arguments of `calibrate`."""

import argparse
from pathlib import Path

EPILOG = """
examples:
  stackwright calibrate run.json --accelerator H100-SXM-80GB --count 4 --precision fp8
  stackwright calibrate sweep/*.json --accelerator L40S --count 1 --precision fp8
  stackwright calibrate mlperf_log_summary.txt --model-id Llama-2-70B --accelerator H200 --count 8 --precision fp8
  stackwright calibrate --list
  stackwright calibrate --remove run-1a2b3c4d

What a file says needn't be said again; an option comes before the file. `stackwright tool bench-plan` writes runs whose
files say everything.
"""


def add_calibrate(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the verb."""
    verb = verbs.add_parser(
        "calibrate",
        parents=[common],
        help="import your benchmark results; they come before every formula",
        description="Import results of vLLM bench, GuideLLM, AIPerf, GenAI-Perf and MLPerf as measured figures.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("files", nargs="*", type=Path, metavar="FILE", help="result files")
    ran = verb.add_argument_group("what ran where, as far as the file doesn't say")
    ran.add_argument("--model-id", default="", metavar="NAME", help="the model, in any known spelling")
    ran.add_argument("--accelerator", default="", metavar="NAME", help="e.g. H100-SXM-80GB, L40S")
    ran.add_argument("--count", type=int, metavar="N", help="accelerators of one replica")
    ran.add_argument(
        "--replicas", type=int, default=1, metavar="N", help="copies that shared the load (default: 1)"
    )
    ran.add_argument(
        "--precision", default="", metavar="P", help="of the weights: bf16, fp8, int8, fp4, int4"
    )
    ran.add_argument("--engine", default="", metavar="NAME", help="e.g. 'vLLM 0.11'")
    ran.add_argument("--concurrency", type=float, metavar="N", help="requests in flight, or the batch size")
    ran.add_argument("--input-tokens", type=float, metavar="N", help="tokens of a prompt")
    ran.add_argument("--output-tokens", type=float, metavar="N", help="tokens of an answer")
    ran.add_argument(
        "--date", default="", metavar="DATE", help="day of the measurement (default: the file's, else today)"
    )
    kept = verb.add_argument_group("what is kept")
    kept.add_argument("--list", action="store_true", help="your measurements")
    kept.add_argument("--remove", action="append", default=[], metavar="ID", help="forget a measurement")
    kept.add_argument("--dry-run", action="store_true", help="read and check, keep nothing")
    verb.add_argument("--json", action="store_true", help="JSON instead of text")
