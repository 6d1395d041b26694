"""Assessments that were asked for before: the turns of a consultation ask for the same one again and again."""

from collections import OrderedDict
from datetime import date
from threading import Lock

from knowledge import Knowledge
from tools.assess import assess
from tools.assessment import Assessment
from tools.profile import Profile
from tools.workload import Workload

KEPT = 8


class Assessments:
    """Those last asked for; several consultations of one process, on several threads, may share them.

    What is remembered belongs to a workload in all its words and turns, which an assessment cites.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept, self._lock = kept, Lock()
        self._known: OrderedDict[tuple[str, date, str, str], Assessment] = OrderedDict()

    def of(self, workload: Workload, knowledge: Knowledge, as_of: date, profile: Profile) -> Assessment:
        """The full assessment."""
        key = knowledge.hash, as_of, profile.model_dump_json(), workload.model_dump_json()
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        found = assess(workload, knowledge, as_of, "full", profile)
        with self._lock:
            self._known[key] = found
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
        return found
