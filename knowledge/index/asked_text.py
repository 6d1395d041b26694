"""What of a text is read as a question."""

import re

MOST_READ = 2_000
"""Characters; the model reads 256 word pieces, and some rules take a time that grows with the square of what they
read."""
_SENTENCE = re.compile(r"[^.!?\n]*[.!?]?")
CUT = "Of this long text only what it asks, or else its beginning and its end, was looked up."


def read_of(text: str) -> str:
    """The text, if it isn't longer than `MOST_READ`; else its questions, or else its beginning and its end.

    >>> read_of("We are many. " * 500 + "What is the limit of pgvector?")
    'What is the limit of pgvector?'
    """
    whole = text.encode("utf-8", "replace").decode("utf-8")  # a byte that is no text
    if len(whole) <= MOST_READ:
        return whole
    whole = " ".join(whole.split())
    asking = (sentence.strip() for sentence in _SENTENCE.findall(whole) if sentence.endswith("?"))
    asked = " ".join(sentence for sentence in asking if len(sentence) <= MOST_READ)
    shortened = asked or whole
    half = MOST_READ // 2
    return shortened if len(shortened) <= MOST_READ else f"{shortened[:half]} {shortened[-half:]}"
