"""An organisation's standing choices: one TOML file, reused by all consultations and recorded in the decision."""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from knowledge.errors import InputRefused


class Profile(BaseModel):
    """What an organisation allows, prefers and already has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    allowed_vendors: tuple[str, ...] = ()
    """If given, components of other vendors are excluded (vendor names or component ids)."""
    banned_vendors: tuple[str, ...] = ()
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


def load_profile(path: Path) -> Profile:
    """Read a profile; InputRefused names the place of what is wrong in it."""
    try:
        return Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(f"The profile {path} can't be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise InputRefused(f"The profile {path} is not valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputRefused(f"The profile {path} has a wrong entry at {where}: {first['msg']}.") from error
