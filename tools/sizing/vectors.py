"""How much memory, disk and how many nodes a vector index needs."""

from pydantic import BaseModel, ConfigDict

from tools.estimate import Estimate


class VectorPlan(BaseModel):
    """Storage and nodes of a vector index."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    raw_vector_storage_gb: Estimate
    index_ram_gb: Estimate
    """All replicas."""
    disk_gb: Estimate
    search_nodes: int
    """Nodes of 128 cores and 512 GB."""
    qps_capacity: Estimate | None
    evidence: str


def size_vectors(
    count: float, dims: float, *, replicas: int = 1, bytes_per_value: float = 4, peak_qps: float = 0.0
) -> VectorPlan:
    """Size an HNSW index of `count` vectors of `dims` values."""
    raise NotImplementedError
