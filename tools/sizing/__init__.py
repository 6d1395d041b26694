"""Sizing: memory, speed and device counts of model serving, training, encoders, vector search and storage."""

from .demand import PlanPoint, ServingDemand, ServingPlan
from .encoders import ClassicalPlan, EncoderPlan, size_classical, size_encoder
from .serving import cheapest_points, serving_plans
from .storage import feature_reads, kv_memory_gb_per_billion_features
from .training import TrainingPlan, size_training
from .vectors import VectorPlan, size_vectors

__all__ = [
    "ClassicalPlan",
    "EncoderPlan",
    "PlanPoint",
    "ServingDemand",
    "ServingPlan",
    "TrainingPlan",
    "VectorPlan",
    "cheapest_points",
    "feature_reads",
    "kv_memory_gb_per_billion_features",
    "serving_plans",
    "size_classical",
    "size_encoder",
    "size_training",
    "size_vectors",
]
