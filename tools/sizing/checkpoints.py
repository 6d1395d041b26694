"""What a training run asks of its storage: the size of a checkpoint, and how fast it is written and data are read.

Young 1974 (doi 10.1145/361147.361115): with writes of d seconds and a failure every M seconds, the best interval
is sqrt(2 d M), and checkpoints and lost work then take sqrt(2 d / M) of the time. Turned round, a bearable loss
says how long a write may take. It holds for writes that the run waits for; asynchronous ones hide part of them.
"""

from knowledge import Knowledge
from knowledge.sizing_data import constant
from tools.estimate import Estimate


def checkpoint_tb(knowledge: Knowledge, params_b: float, *, adapters: bool) -> Estimate:
    """Size of one checkpoint: the adapters alone, or weights and optimiser."""
    name, per = ("lora_checkpoint_share", 2.0) if adapters else ("bytes_per_parameter", 1.0)
    low, typical, high = constant(knowledge, "training", name).interval
    terabytes = params_b * 1e9 * per / 1e12
    return Estimate(
        low=low * terabytes,
        typical=typical * terabytes,
        high=high * terabytes,
        unit="TB",
        formula="checkpoint",
    )


def checkpoint_write_gb_s(knowledge: Knowledge, size_tb: Estimate, devices: int) -> Estimate:
    """Bandwidth at which a run on so many devices loses no more than the bearable share of its time."""
    loss = constant(knowledge, "training", "checkpoint_loss").value
    longest = constant(knowledge, "training", "longest_checkpoint_s").value

    def at(terabytes: float, mtbf_h: float) -> float:
        return 1e3 * terabytes / min(loss**2 * mtbf_h / devices * 3600 / 2, longest)

    rare, usual, often = constant(knowledge, "training", "device_mtbf_h").interval[::-1]
    return Estimate(
        low=at(size_tb.low, rare), typical=at(size_tb.typical, usual), high=at(size_tb.high, often),
        unit="GB/s", formula="checkpoint_bandwidth",
    )  # fmt: skip


def data_read_mb_s(knowledge: Knowledge, tokens_per_s: Estimate, devices: int) -> Estimate:
    """Token ids that so many devices read, each at the speed given."""
    return tokens_per_s.scaled(devices * constant(knowledge, "training", "token_bytes").value / 1e6, "MB/s")
