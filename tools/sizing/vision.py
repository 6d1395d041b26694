"""Vision models on one device: as fast as they can multiply, or as they can move what lies between their layers.

Small convolutional networks multiply so little that the memory decides; transformers multiply so much that it
doesn't.
"""

from knowledge import Knowledge
from knowledge.activations import activations_of
from knowledge.hardware import Accelerator
from knowledge.models import ModelSpec
from knowledge.sizing_data import constant
from tools.estimate import Estimate


def vision_rate(knowledge: Knowledge, model: ModelSpec, device: Accelerator) -> Estimate | None:
    """Images a second in large batches; None where operations or activations of an image aren't published."""
    values = activations_of(knowledge, model.key)
    if model.gflops_per_item is None or values is None:
        return None
    low, typical, high = (_rate(knowledge, model.gflops_per_item, values, device, end) for end in (0, 1, 2))
    return Estimate(low=low, typical=typical, high=high, unit="items/s", formula="vision_rate")


def _rate(knowledge: Knowledge, gflops: float, values: float, device: Accelerator, end: int) -> float:
    multiplied = (
        device.bf16_tflops * 1e3 * constant(knowledge, "vision", "compute_share").interval[end] / gflops
    )
    moved = constant(knowledge, "vision", "bytes_per_activation").interval[2 - end] * values
    return min(multiplied, device.mem_bw_gb_s * 1e9 / moved)
