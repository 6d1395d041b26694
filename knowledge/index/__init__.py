"""The retrieval index over the knowledge base: records, lexical and dense search, fusion, abstention."""

from .record import FACT_KINDS
from .retriever import PARTS, Hit, Part, Retriever, SearchResult

__all__ = ["FACT_KINDS", "PARTS", "Hit", "Part", "Retriever", "SearchResult"]
