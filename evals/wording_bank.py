"""How people put things: phrases by intention, drawn by a seeded generator and filled with what is to be said."""

import re
from functools import lru_cache
from random import Random
from typing import NamedTuple

from .vocabulary import data_file

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
LANGUAGES = ("de", "fr", "es")


class TypoRule(NamedTuple):
    find: str
    replace: str


class WordingBank(NamedTuple):
    """evals/data/wordings.yaml."""

    phrases: dict[str, tuple[str, ...]]
    """By intention: terse, verbose, dont_know, …; and `mixed_de` and the like."""
    typo_rules: tuple[TypoRule, ...]

    def phrase(self, intention: str, rng: Random, **filled: str) -> str:
        """A phrase of this intention of which every placeholder is filled."""
        fitting = [text for text in self.phrases[intention] if set(_PLACEHOLDER.findall(text)) <= set(filled)]
        return _PLACEHOLDER.sub(lambda found: filled[found[1]], rng.choice(fitting))

    def mistyped(self, text: str, rng: Random, most: int) -> str:
        """`text` with up to `most` typing errors; names, numbers and abbreviations stay as they are."""
        words, left = text.split(" "), rng.randint(1, most)
        for rule in rng.sample(self.typo_rules, len(self.typo_rules)):
            places = [index for index, word in enumerate(words) if word.islower() and rule.find in word]
            if places and left > 0:
                place = rng.choice(places)
                words[place] = words[place].replace(rule.find, rule.replace, 1)
                left -= 1
        return " ".join(words)


@lru_cache(maxsize=1)
def wording_bank() -> WordingBank:
    """The bank, read once."""
    content = data_file("wordings.yaml")
    rules = tuple(TypoRule(rule["find"], rule["replace"]) for rule in content["typo_rules"])
    mixed = {f"mixed_{code}": tuple(content["mixed"][code]) for code in LANGUAGES}
    listed = {
        name: tuple(texts)
        for name, texts in content.items()
        if isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts)
    }
    return WordingBank({**listed, **mixed}, rules)
