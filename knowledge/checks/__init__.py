"""Checks of the knowledge files, one concern a module; `knowledge.verify` runs them all."""
