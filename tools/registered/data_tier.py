"""The tool for object storage, database, cache and network."""

from typing import Annotated, Self

from pydantic import model_validator

from ..sizing.data_tier import DataPlan, Entries, Objects, Rows, Traffic, size_data
from .declaration import Context, Tool, ToolInput, in_unit, refuse_low_peak

NEEDED = {
    "objects_per_day": (("object_bytes",), ("retention_days",)),
    "rows": (("row_bytes",),),
    "cached_entries": (("cached_bytes",),),
    "mean_rps": (("request_bytes", "response_bytes"),),
    "peak_rps": (("request_bytes", "response_bytes"),),
}
"""Count -> what it is nothing without; of several names one is enough."""


class DataInput(ToolInput):
    objects_per_day: Annotated[float, in_unit("objects/day", ge=0, le=1e12)] = 0
    """Files, images or records that are put into object storage."""
    object_bytes: Annotated[float, in_unit("bytes", ge=0, le=1e13)] = 0
    """Of one."""
    retention_days: Annotated[float, in_unit("days", ge=0, le=36_500)] = 0
    """How long each is kept."""
    rows: Annotated[float, in_unit("rows", ge=0, le=1e13)] = 0
    """In the operational database."""
    row_bytes: Annotated[float, in_unit("bytes", ge=0, le=1e8)] = 0
    """Of one row, without what the database adds."""
    copies: Annotated[int, in_unit("copies", ge=1, le=20)] = 1
    """Of the database: one and its replicas."""
    cached_entries: Annotated[float, in_unit("entries", ge=0, le=1e13)] = 0
    """Kept in memory."""
    cached_bytes: Annotated[float, in_unit("bytes", ge=0, le=1e9)] = 0
    """Of one entry."""
    mean_rps: Annotated[float, in_unit("requests/s", ge=0, le=1e9)] = 0
    """Mean rate of requests."""
    peak_rps: Annotated[float | None, in_unit("requests/s", ge=0, le=1e9)] = None
    """Peak rate; left out: the mean."""
    request_bytes: Annotated[float, in_unit("bytes", ge=0, le=1e12)] = 0
    """That come in with a request."""
    response_bytes: Annotated[float, in_unit("bytes", ge=0, le=1e12)] = 0
    """That go out with its answer."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        refuse_low_peak(self.mean_rps, self.peak_rps)
        if not (self.objects_per_day or self.rows or self.cached_entries or self.mean_rps or self.peak_rps):
            raise ValueError("nothing to size: give objects_per_day, rows, cached_entries or mean_rps")
        self._weighed()
        return self

    def _weighed(self) -> None:
        """Things that are counted without their bytes, or kept for no time, would be sized as nothing."""
        for count, needed in NEEDED.items():
            for sizes in needed if getattr(self, count) else ():
                if not any(getattr(self, size) for size in sizes):
                    raise ValueError(f"{count} is given without {' or '.join(sizes)}")


def _data(given: DataInput, context: Context) -> DataPlan:
    return size_data(
        context.knowledge,
        Objects(given.objects_per_day, given.object_bytes, given.retention_days),
        Rows(given.rows, given.row_bytes, given.copies),
        Entries(given.cached_entries, given.cached_bytes),
        Traffic(given.mean_rps, _peak_rps(given), given.request_bytes, given.response_bytes),
    )


def _peak_rps(given: DataInput) -> float:
    return given.mean_rps if given.peak_rps is None else given.peak_rps


TOOLS = (Tool("size-data", "Object storage, database, cache and network bandwidth", DataInput, _data),)
