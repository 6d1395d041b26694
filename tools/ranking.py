"""Point ranking of complete stacks: what `assess(detail="rank")`, the interview and what-ifs run on."""

import gc
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from knowledge import Knowledge

from .assembly import drafts
from .assessment import Conflict, Weights
from .contradictions import names_hosted_api, settle, shortfalls
from .draft import Draft
from .profile import Profile
from .rule_index import Truths, rule_index
from .scoring import Setting
from .values import Resolved, resolve
from .weights import weigh
from .workload import Workload

NO_PROFILE = Profile()


class Ranking(NamedTuple):
    """Candidate stacks of one workload, best first."""

    workload: Workload
    """Without the losing sides of contradictions."""
    resolved: Resolved
    weights: Weights
    conflicts: tuple[Conflict, ...]
    drafts: list[Draft]

    @property
    def winner(self) -> Draft | None:
        return self.drafts[0] if self.drafts else None


def rank(workload: Workload, knowledge: Knowledge, as_of: date, profile: Profile = NO_PROFILE) -> Ranking:
    """Settle contradictions, resolve values and rank the stacks that fit them."""
    resolved = resolve(workload, knowledge, profile)
    settled = settle(workload, resolved.values, knowledge)
    if settled.conflicts:
        resolved = resolve(settled.workload, knowledge, profile)
    resolved.values["named_api"] = names_hosted_api(settled.workload, knowledge)
    resolved.values["banned_vendors"] = profile.banned_vendors
    priorities = tuple(resolved.values.get("priorities") or ())
    weights = weigh(knowledge, priorities, profile)
    truths = Truths(resolved.values, rule_index(knowledge).changing)
    setting = Setting(knowledge, truths, weights, profile, as_of)
    candidates = drafts(setting)
    short = shortfalls(settled.workload, resolved.values, candidates, knowledge)
    return Ranking(settled.workload, resolved, weights, (*settled.conflicts, *short), candidates)


def rank_many(
    workloads: Iterable[Workload], knowledge: Knowledge, as_of: date, profile: Profile = NO_PROFILE
) -> list[Ranking]:
    """Rank a batch; the knowledge tables are indexed once and shared.

    Meanwhile the collector rests: ranking makes no cycles, and walking the tables costs a fifth of the time.
    """
    resting = gc.isenabled()
    gc.disable()
    try:
        return [rank(workload, knowledge, as_of, profile) for workload in workloads]
    finally:
        if resting:
            gc.enable()
