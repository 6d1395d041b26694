"""Deterministic tools: pure functions from a workload and the knowledge base to an assessment."""
