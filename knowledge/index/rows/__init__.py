"""Rows of tables that a question names: models, accelerators, priced services. Looked up by name, not by meaning."""

from .lookup import NamedRows, RowsFound

__all__ = ["NamedRows", "RowsFound"]
