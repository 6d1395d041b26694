"""Calls that a hosted model doesn't take: longer than its offers read or write, as price lists state it."""

from collections.abc import Iterable

from knowledge import Knowledge
from knowledge.errors import InputRefused
from knowledge.llm_prices import LlmPrice, llm_prices


def takes(offer: LlmPrice, input_tokens: float, output_tokens: float) -> bool:
    """Whether an offer reads and writes so much; a limit that its row doesn't state bars nothing."""
    return _within(input_tokens, offer.max_input_tokens) and _within(output_tokens, offer.max_output_tokens)


def refuse_untaken(
    knowledge: Knowledge, model: str, offers: Iterable[LlmPrice], input_tokens: float, output_tokens: float
) -> None:
    """InputRefused where no offer of `model` takes the call; without any, where no listed model reads its prompt."""
    known = tuple(offers)
    if not known:
        longest = max(row.max_input_tokens or 0 for row in llm_prices(knowledge).values())
        if input_tokens > longest:
            raise InputRefused(
                f"No hosted model with a known limit reads more than {longest:,} tokens; a call of {model} has "
                f"{input_tokens:,.0f}.",
                f"Give input_tokens={longest} at most.",
            )
        return
    if any(takes(offer, input_tokens, output_tokens) for offer in known):
        return
    # The offer that reads most is the nearest; where it reads enough, it is the answer that is too long.
    nearest = max(known, key=lambda offer: (offer.max_input_tokens or 0, offer.max_output_tokens or 0))
    reads = not _within(input_tokens, nearest.max_input_tokens)
    most = nearest.max_input_tokens if reads else nearest.max_output_tokens
    word, name, asked = (
        ("reads", "input_tokens", input_tokens) if reads else ("writes", "output_tokens", output_tokens)
    )
    raise InputRefused(
        f"{nearest.model} {word} at most {most:,} tokens a call; {asked:,.0f} are asked for.",
        f"Give {name}={most} at most and more calls, or a model that {word} more.",
    )


def _within(tokens: float, most: int | None) -> bool:
    return most is None or tokens <= most
