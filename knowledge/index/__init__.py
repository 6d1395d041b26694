"""The retrieval index over the knowledge base: records, lexical and dense search, fusion, abstention."""

from .hits import Hit, SearchResult
from .rankings import PARTS, Part
from .record import FACT_KINDS
from .retriever import Retriever

__all__ = ["FACT_KINDS", "PARTS", "Hit", "Part", "Retriever", "SearchResult"]
