"""The `stackwright` command: parses, then imports what the verb needs and nothing else.

Results go to stdout, diagnostics and progress to stderr. Exit codes: 0 done; 1 the input or a file was
refused; 2 wrong usage; 3 nothing found to work on; 4 done, but a part failed; 5 configuration; 130 interrupted.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path

from knowledge.errors import ConfigError, StackwrightError

from .calibrate_command import add_calibrate
from .service_commands import add_services
from .settings import Settings, day, load_settings

REFUSED, CONFIGURATION, INTERRUPTED = 1, 5, 130
EPILOG = """
first steps:
  stackwright                                   talk to the advisor in the terminal
  echo "RAG for 200 lawyers, EU only, 6k EUR a month" | stackwright advise -
  stackwright advise workload.yaml --markdown   one recommendation, no questions
  stackwright tool --list                       every deterministic tool, with its schema
  stackwright tool bench-plan - < workload.json     the commands that would verify our estimate
  stackwright calibrate run.json                your benchmark results, used from then on (docs/calibrate.md)
  stackwright knowledge search "pgvector limits"
  stackwright mcp                               tools and advice for coding agents (docs/mcp.md)
  stackwright doctor                            what works on this machine

A workload file is `field: value` or `field: {value | low, high, unit}`, for example:
  use_case: rag
  request_rate_rps: {value: 40, unit: requests/h}
  corpus_documents: 350000
  residency: [EU]

exit codes: 0 done, 1 input refused, 2 wrong usage, 3 nothing found, 4 part failed, 5 configuration, 130 interrupted
"""


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    # A verb's own default would overwrite what stands before the verb, so an option that isn't given leaves no trace.
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = common.add_argument_group("everywhere")
    group.add_argument("--profile", type=Path, metavar="ORG.toml", help="an organisation's standing choices")
    group.add_argument(
        "--model", metavar="NAME", help="language model, e.g. openai/gpt-6-luna (default: none)"
    )
    group.add_argument("--base-url", metavar="URL", help="OpenAI-compatible endpoint of the model")
    group.add_argument(
        "--offline", action="store_true", help="forbid model endpoints and all other use of the network"
    )
    group.add_argument("--as-of", type=_day, metavar="DATE", help="date that prices and ages count from")
    group.add_argument(
        "--knowledge",
        type=Path,
        metavar="DIR",
        help="your own components, facts, rules and prices, laid over ours",
    )
    group.add_argument("--data-dir", type=Path, metavar="DIR", help="where consultations are stored")
    top = argparse.ArgumentParser(
        prog="stackwright",
        description="Interviews you about an AI workload and recommends a sized, priced, cited infrastructure stack.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common],
    )
    top.add_argument("--version", action="store_true", help="print the version and the knowledge date")
    top.add_argument(
        "--resume", nargs="?", const="", metavar="ID", help="go on with the last consultation, or with ID"
    )
    top.add_argument("--plain", action="store_true", help="line mode instead of the full screen")
    verbs = top.add_subparsers(dest="verb", metavar="verb", title="verbs")
    _chat(verbs, common)
    _advise(verbs, common)
    _tool(verbs, common)
    add_calibrate(verbs, common)
    _knowledge(verbs, common)
    _eval(verbs, common)
    _sessions(verbs, common)
    add_services(verbs, common)
    verbs.add_parser("doctor", parents=[common], help="what works here; never prints a secret")
    return top


def _day(text: str) -> date:
    try:
        return day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _chat(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    chat = verbs.add_parser("chat", parents=[common], help="line mode: pipes, screen readers, scripts")
    chat.add_argument("--json", action="store_true", help="one JSON reply a line instead of text")
    chat.add_argument(
        "--resume",
        nargs="?",
        const="",
        default=argparse.SUPPRESS,
        metavar="ID",
        help="go on with the last consultation, or with ID",
    )


def _advise(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    advise = verbs.add_parser("advise", parents=[common], help="one recommendation, no questions")
    advise.add_argument("file", nargs="?", default="-", metavar="FILE|-", help="workload file, or plain text")
    advise.add_argument(
        "--from", dest="session", metavar="ID", help="take the workload of a stored consultation"
    )
    form = advise.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the whole assessment as JSON")
    form.add_argument("--markdown", action="store_true", help="a decision record in Markdown")
    form.add_argument("--html", type=Path, metavar="PATH", help="a self-contained page")


def _tool(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    tool = verbs.add_parser("tool", parents=[common], help="any deterministic tool")
    tool.add_argument("name", nargs="?", help="tool name; see --list")
    tool.add_argument(
        "arguments", nargs="*", metavar="key=value", help="inputs; or JSON on standard input with -"
    )
    tool.add_argument("--list", action="store_true", help="names and schemas")
    tool.add_argument("--json", action="store_true", help="JSON instead of text")


def _knowledge(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    know = verbs.add_parser("knowledge", help="search and check the knowledge base")
    actions = know.add_subparsers(dest="action", metavar="action", required=True)
    search = actions.add_parser("search", parents=[common], help="records for a question")
    search.add_argument("question", nargs="+")
    search.add_argument("-k", type=int, default=8, help="how many")
    for part in ("component", "slot", "kind"):
        search.add_argument(
            f"--{part}", action="append", default=[], help=f"of this {part} alone; may be repeated"
        )
    search.add_argument("--json", action="store_true")
    show = actions.add_parser("show", parents=[common], help="a fact, component, slot or rule")
    show.add_argument("id")
    for name, words in (
        ("stats", "what the knowledge base holds"),
        ("verify", "ids, references, names, dates, tiers, licences, hashes"),
        ("stale", "facts past their review date, by age"),
        ("thresholds", "the lines that rules, slots and derived names draw by judgement"),
    ):
        action = actions.add_parser(name, parents=[common], help=words)
        action.add_argument("--json", action="store_true")
    refresh = actions.add_parser(
        "refresh",
        parents=[common],
        help="newer public prices, releases and ends of support, over the network",
    )
    refresh.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
    refresh.add_argument("--source", metavar="ID[,ID]", help="only these (default: all)")
    refresh.add_argument(
        "--accept", default="", metavar="ID[,ID]", help="believe jumps of these sources; look at them first"
    )
    refresh.add_argument("--json", action="store_true")
    rollback = actions.add_parser(
        "rollback", parents=[common], help="back to the data before the last refresh"
    )
    rollback.add_argument("--json", action="store_true")


def _eval(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    evaluate = verbs.add_parser("eval", help="how good the advice is")
    actions = evaluate.add_subparsers(dest="action", metavar="action", required=True)
    _eval_cases(actions, common)
    _eval_figures(actions, common)
    _eval_relations(actions, common)


def _eval_cases(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Whole consultations with a simulated user."""
    advice = actions.add_parser("advice", parents=[common], help="case files against the simulated user")
    advice.add_argument("path", type=Path)
    advice.add_argument("--traces", type=Path, metavar="DIR", help="write one trace a case")
    advice.add_argument("--json", action="store_true")
    advice.add_argument("--html", type=Path, metavar="FILE")
    advice.add_argument("--junit", type=Path, metavar="FILE")
    advice.add_argument("--user", choices=("cooperative", "agenda"), default="cooperative")
    advice.add_argument("--knob", metavar="NAME[,NAME]", help="habits of the agenda user (default: all)")
    matrix = actions.add_parser(
        "matrix", parents=[common], help="each habit of users alone, and all together"
    )
    matrix.add_argument("path", type=Path)
    matrix.add_argument("--json", action="store_true")
    for action in (advice, matrix):
        action.add_argument("--seeds", type=int, default=1, metavar="K", help="agenda users for each case")


def _eval_figures(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """What is read, found and predicted, against labels, gold and measurements."""
    language = actions.add_parser("language", parents=[common], help="labelled messages against the reader")
    language.add_argument("path", type=Path)
    language.add_argument("--results", type=Path, metavar="CSV", help="write one row an understood field")
    language.add_argument("--json", action="store_true")
    retrieval = actions.add_parser("retrieval", parents=[common], help="questions against the index")
    retrieval.add_argument("path", type=Path, metavar="CSV")
    retrieval.add_argument("--results", type=Path, metavar="CSV", help="write one row a fact found")
    retrieval.add_argument("--json", action="store_true")
    sizing = actions.add_parser("sizing", parents=[common], help="predictions for runs that were measured")
    sizing.add_argument("path", type=Path, metavar="CSV")
    sizing.add_argument("--predictions", type=Path, metavar="CSV", help="write one row a predicted figure")
    sizing.add_argument(
        "--leave-group-out", action="store_true", help="predict each group from what never saw it"
    )
    sizing.add_argument("--json", action="store_true")
    sizing.add_argument("--page", type=Path, metavar="MD", help="write the figures as a page")
    sizing.add_argument("--against", type=Path, metavar="CSV", help="another tool's errors on the same rows")
    sizing.add_argument(
        "--beside",
        type=Path,
        action="append",
        default=[],
        metavar="CSV",
        help="another file, for the page too",
    )


def _eval_relations(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """What must hold over many workloads and cases, and between two reports."""
    workloads = actions.add_parser(
        "workloads", parents=[common], help="random workloads against what must hold between related ones"
    )
    workloads.add_argument("--count", type=int, default=1000, metavar="N")
    workloads.add_argument("--seed", type=int, default=1, metavar="S")
    workloads.add_argument("--jobs", type=int, default=2, metavar="N", help="processes")
    workloads.add_argument("--json", action="store_true")
    questions = actions.add_parser(
        "questions", parents=[common], help="the interview over whole workloads or cases, against other ways"
    )
    questions.add_argument("path", type=Path)
    questions.add_argument("--seed", type=int, default=1, metavar="S", help="of the random orders")
    questions.add_argument("--json", action="store_true")
    compare = actions.add_parser("compare", parents=[common], help="two reports of eval advice --json")
    compare.add_argument("a", type=Path, metavar="A", help="the earlier report")
    compare.add_argument("b", type=Path, metavar="B", help="the later one")
    compare.add_argument("--json", action="store_true")
    actions.add_parser("schema", parents=[common], help="JSON schema of a case file, for authors")


def _sessions(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    sessions = verbs.add_parser("sessions", help="stored consultations")
    actions = sessions.add_subparsers(dest="action", metavar="action", required=True)
    listing = actions.add_parser("list", parents=[common], help="newest first")
    listing.add_argument("--json", action="store_true")
    feedback = actions.add_parser(
        "feedback", parents=[common], help="what people in Slack thought of answers"
    )
    feedback.add_argument("--json", action="store_true")
    for name, words in (
        ("show", "the transcript"),
        ("delete", "remove it and everything that belongs to it"),
    ):
        actions.add_parser(name, parents=[common], help=words).add_argument("id")
    export = actions.add_parser("export", parents=[common], help="decision record or transcript")
    export.add_argument("id")
    export.add_argument("--format", choices=("markdown", "json"), default="markdown")
    for action in actions.choices.values():
        action.add_argument("--database", metavar="URL", help="PostgreSQL address of the services' sessions")


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """Options may stand between the inputs of a tool, where argparse takes no second group of words."""
    top = parser()
    arguments, rest = top.parse_known_args(argv)
    if rest and (arguments.verb != "tool" or any(word[0] == "-" for word in rest if len(word) > 1)):
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        arguments.arguments = [*arguments.arguments, *rest]
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    arguments = _parsed(argv)
    try:
        code = _run(arguments, load_settings(arguments))
        sys.stdout.flush()  # what is still buffered would meet a closed pipe after the last handler
        return code
    except ConfigError as error:
        return _complain(error, CONFIGURATION)
    except StackwrightError as error:
        return _complain(error, REFUSED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.version:
        return _verb("version", arguments, settings)
    if arguments.verb:
        return _verb(arguments.verb, arguments, settings)
    if settings.plain or not _has_screen():
        return _verb("chat", arguments, settings)
    return _verb("screen", arguments, settings)


def _verb(name: str, arguments: argparse.Namespace, settings: Settings) -> int:
    module = import_module(f"tui.verbs.{name}")
    code: int = module.run(arguments, settings)
    return code


def _has_screen() -> bool:
    """Whether standard input and output are a terminal that can show a full screen."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _complain(error: StackwrightError, code: int) -> int:
    print(f"stackwright: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
