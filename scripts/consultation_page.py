"""Write docs/consultation.md: what `stackwright chat` answers to one user, in a store of its own.

    python scripts/consultation_page.py [AS_OF]

Lines are wrapped at words; of an answer that repeats an earlier one its beginning is kept, and the page says so.
"""

import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "consultation.md"
COMMAND = [sys.executable, "-m", "tui.main"]
WIDTH = 116
BEGINNING = 4
"""Paragraphs that are kept of an answer that repeats an earlier one."""
INTERVIEW = (
    "Our 350 field technicians keep 2,800 wind turbines running. They need an assistant that answers questions from"
    " 146,000 documents, manuals and service reports, and cites the page.",
    "AWS in Frankfurt, the data has to stay in the EU. GDPR applies, service reports carry names of technicians.",
    "About 1,500 questions a day, 300 an hour at peak",
    "At most 4,000 EUR a month. One organisation, prompts of the usual length, 80 new reports a day",
    "First words within 2 seconds, the whole answer within 8 seconds at p95",
    "Two Python developers and one AWS platform engineer, nobody on call at night. We already run Postgres on RDS."
    " Technicians use a web page.",
)
REJECTED, CHANGED, TAKEN_BACK = (
    "Why not Qdrant?",
    "The traffic is 15,000 questions a day, 3,000 an hour at peak",
    "/undo",
)
HEAD = """# A consultation

What `stackwright chat` answers to the messages of one user, without a language model, written by
`.venv/bin/python scripts/consultation_page.py`. The output is unchanged but for two things: lines are wrapped at words,
and where an answer repeats an earlier one, what was left out is said.
"""


def main() -> int:
    as_of = sys.argv[1:] or ["2026-11-25"]
    with tempfile.TemporaryDirectory() as folder:
        settings = ["--data-dir", folder, "--as-of", *as_of]
        said = [*INTERVIEW, REJECTED, CHANGED, TAKEN_BACK, "/quit"]
        opening, *answers = answered("\n".join(said) + "\n", settings)
        record = run(["sessions", "export", "", *settings])
    asked = zip(INTERVIEW, answers, strict=False)
    turns = [f"You: {message}\n\n{answer}" for message, answer in asked]
    recommendation, sources = parted(answers[len(INTERVIEW) - 1])
    rejected, changed, back = answers[len(INTERVIEW) :][:3]
    parts = [
        HEAD,
        "## The interview\n",
        block("$ stackwright chat\n" + "\n\n".join([opening, *turns[:-1], f"You: {INTERVIEW[-1]}"])),
        "## The recommendation\n",
        block(recommendation),
        "Every number in brackets opens its source:\n",
        block(sources),
        "## Why not another one\n",
        block(f"You: {REJECTED}\n\n{rejected}"),
        "## Ten times the traffic\n\nThe beginning of the answer:\n",
        block(f"You: {CHANGED}\n\n{beginning(changed)}"),
        "## Back again\n\nThe full recommendation of before follows; its beginning:\n",
        block(f"You: {TAKEN_BACK}\n\n{beginning(back)}"),
        "## The decision record\n\n`stackwright sessions export` writes it as Markdown or JSON: what is known and"
        " assumed, the decision,\nnumbers, options, arguments, risks, what isn't needed, sources with the evidence"
        " coverage. Its numbers and options:\n",
        f"````markdown\n{sections(record, 'Numbers', 'Options considered')}\n````\n",
    ]
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    return 0


def answered(messages: str, settings: list[str]) -> list[str]:
    """What the advisor says, opening included, an answer each."""
    text = run(["chat", *settings], messages)
    first, *rest = text.split("\nAdvisor: ")
    return [first.strip(), *(f"Advisor: {answer.strip()}" for answer in rest)]


def run(words: list[str], messages: str = "") -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, *words], input=messages, capture_output=True, text=True, check=True
    )
    return done.stdout


def parted(answer: str) -> tuple[str, str]:
    """The words of an answer, and its sources."""
    words, mark, sources = answer.partition("\n[1] ")
    return words.strip(), (mark + sources).strip()


def beginning(answer: str) -> str:
    return "\n\n".join(parted(answer)[0].split("\n\n")[:BEGINNING])


def block(text: str) -> str:
    """Preformatted, wrapped at words."""
    lines = (
        wrapper("  " if line.startswith(("[", "- ")) else "").wrap(line) or [""]
        for line in text.strip().splitlines()
    )
    return "```text\n" + "\n".join(part for line in lines for part in line) + "\n```\n"


def wrapper(indent: str) -> textwrap.TextWrapper:
    return textwrap.TextWrapper(
        WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def sections(record: str, *names: str) -> str:
    """The title and the named sections of a decision record."""
    title, *parts = record.split("\n## ")
    kept = [f"## {part.strip()}" for part in parts if part.startswith(names)]
    return "\n\n".join([title.splitlines()[0], *kept])


if __name__ == "__main__":
    sys.exit(main())
