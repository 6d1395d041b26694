"""The retrieval index over the knowledge base: records, lexical and dense search, fusion, abstention."""

from .record import FACT_KINDS
from .retriever import SIDES, Hit, Retriever, SearchResult, Side

__all__ = ["FACT_KINDS", "SIDES", "Hit", "Retriever", "SearchResult", "Side"]
