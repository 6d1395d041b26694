"""Sizing: memory, speed and device counts of model serving, training, encoders, vector search and storage."""

from .demand import PlanPoint, ServingDemand, ServingPlan
from .encoders import (
    ClassicalPlan,
    CpuEncoderPlan,
    EncoderPlan,
    size_classical,
    size_cpu_encoder,
    size_encoder,
)
from .features import feature_latency_p99_ms
from .media import media_rate, size_media
from .scorers import ScorerPlan, Scoring, size_scorer
from .serving import cheapest_points, serving_plans
from .storage import feature_reads, kv_memory_gb_per_billion_features
from .training import TrainingPlan, size_training
from .trees import size_trees, tree_row_us
from .vectors import VectorPlan, size_vectors

__all__ = [
    "ClassicalPlan",
    "CpuEncoderPlan",
    "EncoderPlan",
    "PlanPoint",
    "ScorerPlan",
    "Scoring",
    "ServingDemand",
    "ServingPlan",
    "TrainingPlan",
    "VectorPlan",
    "cheapest_points",
    "feature_latency_p99_ms",
    "feature_reads",
    "kv_memory_gb_per_billion_features",
    "media_rate",
    "serving_plans",
    "size_classical",
    "size_cpu_encoder",
    "size_encoder",
    "size_media",
    "size_scorer",
    "size_training",
    "size_trees",
    "size_vectors",
    "tree_row_us",
]
