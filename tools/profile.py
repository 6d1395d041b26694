"""An organisation's standing choices: one TOML file, reused by all consultations and recorded in the decision."""

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge import Knowledge
from knowledge.aliases import nearest
from knowledge.errors import InputRefused
from knowledge.vendors import check_vendors

from .bans import makers_among


class Profile(BaseModel):
    """What an organisation allows, prefers and already has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    allowed_vendors: tuple[str, ...] = ()
    """If given, components of other vendors are excluded (vendor names or component ids)."""
    banned_vendors: tuple[str, ...] = ()
    """Vendor names or component ids. A vendor that makes models is barred as their maker too: its hosted models are
    out wherever they are sold. Published weights that one runs oneself stay."""
    licence_policy: Literal["any", "no_network_copyleft", "osi_only", "permissive_only"] = "any"
    regions: tuple[str, ...] = ()
    """Allowed countries or EU; sets `residency` where the user says nothing."""
    existing_stack: tuple[str, ...] = ()
    demand_evidence: tuple[str, ...] = ()
    """Regimes for which only `evidenced` components pass."""
    discounts: dict[str, float] = Field(default_factory=dict)
    """Cloud or vendor -> fraction off list price, e.g. {aws = 0.12}."""
    staff_usd_per_year: float | None = Field(default=None, gt=0)
    """Fully loaded cost of one engineer."""
    lens_weights: dict[Literal["technical", "economic", "risk", "strategic"], float] = Field(
        default_factory=dict
    )
    priorities: tuple[str, ...] = ()
    discount_rate: float = Field(default=0.09, ge=0, lt=1)

    @property
    def key(self) -> tuple[object, ...]:
        """What scores of components depend on."""
        return (self.allowed_vendors, self.banned_vendors, self.demand_evidence, self.name)


def load_profile(path: Path, knowledge: Knowledge | None = None) -> Profile:
    """Read a profile; InputRefused names the place of what is wrong in it, names unknown to `knowledge` included."""
    try:
        profile = Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InputRefused(
            f"The profile {path} can't be read: {(error.strerror or str(error)).lower()}."
        ) from error
    except UnicodeDecodeError as error:
        raise InputRefused(f"The profile {path} is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise InputRefused(f"The profile {path} is not valid TOML: {error}.") from error
    except ValidationError as error:
        raise _refusal(path, error) from error
    if knowledge is not None:
        _check_names(path, profile, knowledge)
    return profile


def _refusal(path: Path, error: ValidationError) -> InputRefused:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        near = get_close_matches(where, Profile.model_fields, 1, 0.5) or sorted(Profile.model_fields)
        hint = f"Did you mean {near[0]}?" if len(near) == 1 else f"Keys are {', '.join(near)}."
        return InputRefused(f"The profile {path} has an unknown key {where!r}.", hint)
    return InputRefused(f"The profile {path} has a wrong entry at {where}: {first['msg']}.")


def _check_names(path: Path, profile: Profile, knowledge: Knowledge) -> None:
    """Every vendor and component that the profile names is known: a misspelt ban would be without effect."""
    for key in ("allowed_vendors", "banned_vendors"):
        try:
            check_vendors(knowledge, getattr(profile, key))
        except InputRefused as error:
            raise InputRefused(f"The profile {path}, {key}: {error.message}", error.hint) from error
    for component in profile.existing_stack:
        if component not in knowledge.components:
            unknown = nearest(component, knowledge.components, "component")
            raise InputRefused(f"The profile {path}, existing_stack: {unknown.message}", unknown.hint)


def ban_remarks(profile: Profile, knowledge: Knowledge) -> list[str]:
    """What the bans on makers of models mean, in a sentence each."""
    return [
        f"{maker} is banned as a maker too: its hosted models are out wherever they are sold; published weights"
        " that you run yourself stay."
        for maker in makers_among(knowledge, profile.banned_vendors)
    ]
