"""A scripted consultation in place of the advisor: prepared replies, no network, no graph."""

import asyncio
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot

from agent.reply import AskedQuestion, Choice, Claim, Reply
from tools.assessment import Assessment, Flip, Option, Robustness, Stack, Weights
from tools.estimate import Estimate
from tools.evidence import Evidence
from tools.workload import Known, Workload
from tui.app import StackwrightApp
from tui.desk import Desk
from tui.settings import Settings
from tui.widgets.chat import Chat

AS_OF = date(2026, 11, 24)
TITLE = "Model M through API A"
CATEGORIES = {
    "workload_fit": 0.7, "performance": 0.72, "integration": 1.0, "cost": 0.8,
    "security_compliance": 0.66, "vendor_ecosystem": 0.5,
}  # fmt: skip
SOURCES = (
    Evidence(id="calc/stack/1", kind="calc", text="Infrastructure 2,580 USD.", tier="D", subject=TITLE,
             values={"monthly_infra_cost_usd": 2580.0}),
    Evidence(id="pgvector/ops/backup", kind="fact", text="One backup covers both.", tier="T1",
             source="https://example.org/pgvector", as_of="2026-08-22"),
)  # fmt: skip


def known(field: str, value: Any, stated: str, turn: int = 1, origin: str = "stated") -> Known:
    return Known.model_validate(
        {"field": field, "value": value, "stated": stated, "text": stated, "turn": turn, "origin": origin}
    )


WORKLOAD = Workload(
    history=(
        known("use_case", "rag", "document search"),
        known("peak_rate_rps", 12.0, "12 requests a second"),
        known("modality", ("text",), "documents", origin="inferred"),
    )
)


def question_reply(turn: int) -> Reply:
    """Question 1 with two choices, after a message that set three fields."""
    return Reply(
        turn=turn,
        kind="question",
        text="Noted: …\n\nIn which unit is 7? I need it for budget.\n\nQuestion 1: Where must it run?",
        question=AskedQuestion(
            id="where", text="Where must it run?", why="It decides the providers.", slots=("deployment",),
            choices=(Choice(label="Any cloud"), Choice(label="On our premises")), default="any cloud", number=1,
        ),
        updates=WORKLOAD.history,
        workload=WORKLOAD,
    )  # fmt: skip


def recommendation(turn: int, violations: tuple[str, ...] = ()) -> Reply:
    claims = (
        Claim(text="I recommend model M.", evidence=("calc/stack/1",), role="verdict"),
        *(Claim(text=f"Reason {n}.", evidence=("pgvector/ops/backup",), role="why") for n in range(1, 7)),
    )
    return Reply(
        turn=turn, kind="recommendation", text="I recommend model M. [1]", claims=claims, workload=WORKLOAD,
        assessment=assessment(violations), citations=SOURCES, done=True,
    )  # fmt: skip


def option(slot: str, layer: int, name: str, reasons: tuple[str, ...] = (), detail: str = "") -> Option:
    return Option(
        slot=slot, layer=layer, component=name.lower(), name=name, detail=detail, score=0.7,
        categories=CATEGORIES, reasons=reasons,
    )  # fmt: skip


def stack(title: str, score: float, violations: tuple[str, ...] = ()) -> Stack:
    cost = Estimate(low=2350, typical=2580, high=3190, unit="USD/month")
    return Stack(
        id=title, title=title, model_strategy=option("", 4, "Managed model API"),
        retrieval_pattern=option("", 6, "Hybrid search"), deployment="managed-api",
        picks={
            "sto.vector_db": option("sto.vector_db", 2, "pgvector", ("pgvector/ops/backup",)),
            "cmp.model_api": option("cmp.model_api", 3, "API A", detail="model M"),
        },
        runners_up={}, categories=CATEGORIES, score=score, violations=violations,
        estimates={"monthly_infra_cost_usd": cost},
    )  # fmt: skip


def assessment(violations: tuple[str, ...] = ()) -> Assessment:
    weights = dict.fromkeys(CATEGORIES, 1 / 6) | {"cost": 0.2}
    return Assessment(
        as_of=AS_OF, knowledge_hash="k", workload_hash="w", detail="full",
        weights=Weights(categories=weights, lenses={}, dimensions={}), requirements={},
        stacks=(stack(TITLE, 0.75, violations), stack("Own GPUs", 0.71)),
        robustness=Robustness(first_share={TITLE: 0.89, "Own GPUs": 0.11}, draws=1000, seed=1),
        flips=(Flip(field="x", threshold=1.0, unit="", to_stack="Own GPUs", text="Above 40/s, own GPUs."),),
        assumptions=("input tokens: 1,500 tokens (assumed for chat)",), evidence=SOURCES,
    )  # fmt: skip


class FakeContext:
    def assess(self, workload: Workload) -> Assessment:
        return assessment()


class FakeConsultation:
    """Answers each message by the script; an exception in the script is raised."""

    def __init__(self, script: list[Any], stored: list[tuple[str, Reply]] | None = None) -> None:
        self.thread = "20261124-abcdef"
        self.context: Any = FakeContext()
        self.messages: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        self._script, self._stored = script, stored or []

    def turn(self, message: str) -> Reply:
        self.messages.append(message)
        self.gate.wait(10)
        step = self._script.pop(0)
        if isinstance(step, Exception):
            raise step
        reply: Reply = step(len(self.messages)) if callable(step) else step
        return reply

    def resume(self) -> list[tuple[str, dict[str, Any] | None]]:
        return [
            (message, reply.model_dump(mode="json", exclude={"assessment"}))
            for message, reply in self._stored
        ]

    def workload(self) -> Workload:
        return WORKLOAD


class ScriptedDesk(Desk):
    """A desk over one fake, without a store."""

    def __init__(self, settings: Settings, consultation: FakeConsultation) -> None:
        super().__init__(settings, opener=lambda session: consultation)
        self.rows: list[Any] = []
        self.deleted: list[str] = []

    def store(self) -> None:
        return None

    def sessions(self) -> list[Any]:
        return self.rows

    def delete(self, session: str) -> None:
        self.deleted.append(session)
        self.rows = [row for row in self.rows if row.id != session]

    def session_wanted(self, resume: str | None) -> str | None:
        return resume


class Stage:
    """An app over a scripted consultation, driven by keys."""

    def __init__(self, app: StackwrightApp, consultation: FakeConsultation, desk: ScriptedDesk) -> None:
        self.app, self.consultation, self.desk = app, consultation, desk

    @property
    def chat(self) -> Chat:
        return self.app.screen_stack[-1].query_one(Chat)

    def text(self) -> str:
        """What is on the screen, row by row."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips[: self.app.size.height])

    def told(self) -> str:
        """The transcript's rows as one line, so that wrapping doesn't matter."""
        width = self.chat.transcript.size.width
        return " ".join(" ".join(row[: width + 1] for row in self.text().splitlines()).split())

    async def idle(self, pilot: Pilot[None]) -> None:
        """Until nothing is on its way."""
        for _ in range(200):
            await pilot.pause()
            if self.chat._ready and not self.chat.busy and not self.chat._queue:
                break
            await asyncio.sleep(0.01)
        await pilot.pause()
        await pilot.pause()

    async def shows(self, pilot: Pilot[None], text: str) -> bool:
        """Whether the screen comes to show it; on a busy machine that takes more than a pause."""
        for _ in range(200):
            await pilot.pause()
            if text in self.text():
                return True
            await asyncio.sleep(0.01)
        return False

    async def say(self, pilot: Pilot[None], text: str, wait: bool = True) -> None:
        self.chat.composer.put(text)
        await pilot.press("enter")
        if wait:
            await self.idle(pilot)


@pytest.fixture(autouse=True)
def _no_refreshed_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever runs the tests has refreshed must not change them."""
    monkeypatch.setenv("STACKWRIGHT_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def stage(tmp_path: Path) -> Callable[..., Stage]:
    def build(
        *script: Any, stored: list[tuple[str, Reply]] | None = None, resume: str | None = None
    ) -> Stage:
        settings = Settings(data_dir=tmp_path, as_of=AS_OF)
        consultation = FakeConsultation(list(script), stored)
        desk = ScriptedDesk(settings, consultation)
        return Stage(StackwrightApp(settings, resume, desk), consultation, desk)

    return build


@pytest.fixture
def replies() -> SimpleNamespace:
    """Makers of prepared replies: each takes the turn's number."""
    return SimpleNamespace(
        question=question_reply, recommendation=recommendation, known=known, workload=WORKLOAD, title=TITLE
    )
