"""Where plans end: as many machines as no published installation has.

Plans stay computable beyond it; whoever hands one out asks here first.
"""

import math

from knowledge import Knowledge
from knowledge.errors import InputRefused
from knowledge.sizing_data import constant
from tools.wording import whole


def refuse_devices(
    knowledge: Knowledge, devices: int, accelerator: str, argument: str, stated: float
) -> None:
    """InputRefused where the load of `argument` takes more accelerators than plans are made for."""
    most = int(constant(knowledge, "planning", "most_accelerators").value)
    _refuse(devices, f"x {accelerator}", most, argument, stated)


def refuse_nodes(knowledge: Knowledge, nodes: int, argument: str, stated: float) -> None:
    """InputRefused where the load of `argument` takes more servers than plans are made for."""
    most = int(constant(knowledge, "planning", "most_nodes").value)
    _refuse(nodes, "nodes", most, argument, stated)


def _refuse(machines: int, what: str, most: int, argument: str, stated: float) -> None:
    if machines <= most:
        return
    raise InputRefused(
        f"{argument} {whole(stated)} takes {machines:,} {what}; plans end at {most:,}: no published installation is as "
        "large.",
        f"Give {argument}={_below(stated * most / machines)} at most.",
    )


def _below(value: float) -> str:
    """Two significant digits, never above the value.

    >>> _below(76_923_076.9), _below(0.0387)
    ('76000000', '0.038')
    """
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    return f"{math.floor(value / step) * step:.{0 if step >= 1 else round(-math.log10(step))}f}"
