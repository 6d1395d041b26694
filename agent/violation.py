"""What the verifier finds wrong with a sentence."""

from typing import NamedTuple


class Violation(NamedTuple):
    kind: str
    """foreign_number, wrong_object, foreign_component, false_comparison, false_quote, citation_missing, …"""
    detail: str
