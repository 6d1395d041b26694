"""From which volume serving a model yourself is cheaper than buying its tokens: computed, never quoted.

On a reservation basis: accelerators that are held all month cost the same whether busy or not, so the
question is how many tokens must pass through them, and whether they can.
"""

from pydantic import BaseModel, ConfigDict

from ..estimate import Estimate

M = 1e6


class BreakEven(BaseModel):
    """Where the two bills meet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens_month: Estimate | None
    """Tokens a month from which self-hosting is cheaper; None where this deployment can't carry that many."""
    utilisation: float
    """Share of the deployment's capacity that is busy at the typical break-even; above 1 = out of reach."""
    capacity_tokens_month: float
    """What the deployment carries at full load."""
    usd_per_million_at_capacity: float
    """Self-hosted price of a million tokens at full load: the lowest it can get."""
    api_usd_per_million: float
    text: str


class CurvePoint(BaseModel):
    """Both bills at one volume."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens_month: float
    api_usd_month: float
    selfhost_usd_month: float
    replicas: int


def blended_usd_per_million(input_usd: float, output_usd: float, output_share: float) -> float:
    """Price of a million tokens of which `output_share` are generated.

    >>> blended_usd_per_million(2.0, 10.0, 0.25)
    4.0
    """
    return input_usd * (1 - output_share) + output_usd * output_share


def break_even(
    api_usd_per_million: Estimate, selfhost_usd_month: Estimate, capacity_tokens_month: float
) -> BreakEven:
    """Break-even of an API against a deployment that costs `selfhost_usd_month` whatever it does."""
    if api_usd_per_million.low <= 0 or capacity_tokens_month <= 0:
        raise ValueError("a break-even needs a positive API price and a positive capacity")
    tokens = Estimate(
        low=selfhost_usd_month.low / api_usd_per_million.high * M,
        typical=selfhost_usd_month.typical / api_usd_per_million.typical * M,
        high=selfhost_usd_month.high / api_usd_per_million.low * M,
        unit="tokens/month",
        formula="break-even",
        evidence=tuple(dict.fromkeys((*api_usd_per_million.evidence, *selfhost_usd_month.evidence))),
        incomplete=selfhost_usd_month.incomplete,
    )
    utilisation = tokens.typical / capacity_tokens_month
    return BreakEven(
        tokens_month=tokens if utilisation <= 1 else None,
        utilisation=utilisation,
        capacity_tokens_month=capacity_tokens_month,
        usd_per_million_at_capacity=selfhost_usd_month.typical / capacity_tokens_month * M,
        api_usd_per_million=api_usd_per_million.typical,
        text=_text(tokens, utilisation),
    )


def break_even_curve(
    api_usd_per_million: float,
    replica_usd_month: float,
    replica_capacity_tokens_month: float,
    fixed_usd_month: float,
    volumes: tuple[float, ...],
    target_utilisation: float = 0.6,
) -> tuple[CurvePoint, ...]:
    """Both bills over `volumes`; replicas are added as load passes `target_utilisation` of those in place."""
    points = []
    for tokens in volumes:
        usable = replica_capacity_tokens_month * target_utilisation
        replicas = max(1, -int(-tokens // usable))
        points.append(
            CurvePoint(
                tokens_month=tokens,
                api_usd_month=tokens / M * api_usd_per_million,
                selfhost_usd_month=fixed_usd_month + replicas * replica_usd_month,
                replicas=replicas,
            )
        )
    return tuple(points)


def _text(tokens: Estimate, utilisation: float) -> str:
    volume = f"{tokens.typical / M:,.0f} million tokens a month"
    if utilisation <= 1:
        share = f"{utilisation:.0%} of what the deployment carries"
        return f"Self-hosting becomes cheaper at about {volume}, {share}."
    return (
        f"Self-hosting would become cheaper at about {volume}, {utilisation:.1f} times what the deployment "
        "carries: at these prices it doesn't pay by cost alone."
    )
