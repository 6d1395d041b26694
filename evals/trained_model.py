"""How large the model of a training row is: as stated, as listed, or as its name says."""

import re
from typing import NamedTuple

from knowledge import Knowledge
from knowledge.aliases import canonical
from knowledge.errors import InputRefused, UnknownName
from knowledge.models import ModelSpec, resolve_model

from .measured_rows import Row, number

SPARSE_BELOW = 0.5
"""Active over all parameters from which on a model counts as a mixture of experts."""
SIZE = re.compile(r"(?i)(?<![a-z0-9.])(\d+(?:\.\d+)?)\s*([bm])(?![a-z0-9])")
ACTIVE = re.compile(r"(?i)(?<![a-z0-9.])a(\d+(?:\.\d+)?)b(?![a-z0-9])")
ASIDE = re.compile(r"\s*\(.*?\)|\s+(?:lora|pretrain|fine-?tune|sft|pre-?training)\b.*", re.IGNORECASE)


class TrainedModel(NamedTuple):
    """Parameters that work on a token, in billions, and whether they are a part of all."""

    active_b: float
    sparse: bool
    architecture: str
    """What leave-group-out withholds, whatever the run or recipe was called."""


def trained_model(knowledge: Knowledge, row: Row) -> TrainedModel:
    """The size of the row's model; InputRefused where nothing tells it."""
    name = row.get("model", "")
    listed = _listed(knowledge, name)
    plain = canonical(ASIDE.sub("", name))
    if listed is not None and listed.active_b and listed.params_b:
        return TrainedModel(
            listed.active_b, listed.active_b < SPARSE_BELOW * listed.params_b, listed.arch_key
        )
    if stated := number(row, "n_params"):
        return TrainedModel(stated / 1e9, False, plain)
    if active := ACTIVE.search(name.replace("_", " ")):
        return TrainedModel(float(active[1]), True, plain)
    if size := SIZE.search(name.replace("_", " ").replace("-", " ")):
        return TrainedModel(float(size[1]) * (1 if size[2].lower() == "b" else 1e-3), False, plain)
    raise InputRefused(f"The size of {name or 'the model'} is neither stated nor listed.")


def _listed(knowledge: Knowledge, name: str) -> ModelSpec | None:
    for spelling in (name, ASIDE.sub("", name).strip()):
        try:
            return resolve_model(knowledge, spelling)
        except UnknownName:
            continue
    return None
