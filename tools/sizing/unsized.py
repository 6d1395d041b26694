"""Why a model can't be sized as a language model: it is none, or its maker keeps its size."""

from knowledge.models import ModelSpec

OTHERS = {
    "encoder": "an encoder",
    "embedding": "an embedding model",
    "reranker": "a reranker",
    "vision": "a vision model",
    "image": "an image model",
    "asr": "a speech recognition model",
    "tts": "a speech synthesis model",
}
"""Types of models that the tool for encoders sizes."""


def unsized(model: ModelSpec) -> str:
    """The true cause, in a sentence."""
    if model.type in OTHERS:
        return f"{model.key} is {OTHERS[model.type]}, not a language model."
    if model.open_weights:
        return f"The architecture of {model.key} isn't held here in full."
    return f"The size of {model.key} isn't published."


def instead(model: ModelSpec) -> str:
    """What to do about it."""
    if model.type in OTHERS:
        return "The tool size-encoder sizes it."
    return "Its maker serves it; size an open model to run one yourself."
