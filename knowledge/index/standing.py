"""Where a question stands by its meaning, read while its words are looked up."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cached_property, partial
from typing import Any, NamedTuple, ParamSpec, TypeVar

from ..embedding import Embedder
from .dense import DenseSearch
from .neighbours import Neighbours
from .opening import prepare
from .query_map import QueryMap

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


class Standing(NamedTuple):
    """What a question's sentence vector tells."""

    vector: Any
    turned: Any
    """The same turned to where answers lie."""
    point: Any = None
    """Its place in the space of the known questions; None where there are none."""
    nearness: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """To the known questions (`Neighbours.nearness`)."""
    closeness: float = 0.0
    """The similarity of the nearest record."""


class StandingReader:
    """Reads one question after another; model, store and known questions are loaded on first use."""

    def __init__(
        self,
        embedder: Embedder,
        dense: Callable[[], DenseSearch],
        neighbours: Callable[[], Neighbours | None],
    ) -> None:
        self._embedder, self._dense, self._neighbours = embedder, dense, neighbours
        self._is_loaded = False

    def begin(self, question: str, query_map: QueryMap | None) -> Callable[[], Standing | None]:
        """What gives the standing in the end: None where no search by meaning is possible.

        Before the first question the model is loaded and the store opened on another thread, so that records can be
        read on this one. Later the model reads here and alone, since it takes two cores and beside other work took
        twice as long on two; then the store is asked there. Where no thread can start, all is done here in the end.
        """
        if not self._is_loaded:
            self._start(prepare, self._embedder)
            return self._start(self.read, question, query_map, self._dense())
        standing = self._turned(question, query_map, self._dense())
        if standing is None:
            return lambda: None
        closeness = self._start(self._dense().closeness, standing.turned)
        placed = self._placed(standing)
        return lambda: placed._replace(closeness=closeness())

    def _start(
        self, ask: Callable[Asked, Answer], *given: Asked.args, **named: Asked.kwargs
    ) -> Callable[[], Answer]:
        """What gives the answer: from another thread, or here once it is asked for where none can start."""
        try:
            return self._beside.submit(ask, *given, **named).result
        except RuntimeError:
            return partial(ask, *given, **named)

    def read(self, question: str, query_map: QueryMap | None, dense: DenseSearch) -> Standing | None:
        """Here and now; without a map nothing is turned."""
        standing = self._turned(question, query_map, dense)
        self._is_loaded = True
        if standing is None:
            return None
        return self._placed(standing)._replace(closeness=dense.closeness(standing.turned))

    def _turned(self, question: str, query_map: QueryMap | None, dense: DenseSearch) -> Standing | None:
        vector = dense.vector(question)
        return None if vector is None else Standing(vector, query_map.turned(vector) if query_map else vector)

    def _placed(self, standing: Standing) -> Standing:
        neighbours = self._neighbours()
        if neighbours is None:
            return standing
        point = neighbours.points(standing.vector)
        return standing._replace(point=point, nearness=neighbours.nearness(point))

    @cached_property
    def _beside(self) -> Executor:
        return ThreadPoolExecutor(thread_name_prefix="meaning")
