"""A row of measured vector search as the predictor takes it."""

import re

from tools.sizing.vector_search import VectorLoad, kind_of, value_bytes

from .measured_rows import Row, number, sizing_data

DEFAULT_RESULTS = 10.0
"""Results a query where a row doesn't say: what most engines return unasked."""


def vector_load(row: Row) -> VectorLoad | None:
    """None where the row doesn't say how many vectors of how many dimensions it holds."""
    count, dims = number(row, "n_vectors"), number(row, "dim")
    if count is None or dims is None:
        return None
    return VectorLoad(
        number(row, "vcpu") or sizing_data().cores_unstated,
        count,
        dims,
        number(row, "top_k") or DEFAULT_RESULTS,
        kind_of(row.get("concurrency", "")),
        number(row, "n_nodes") or 1.0,
        search_width(row.get("index_params", "")),
        value_bytes(index_words(row)),
    )


def index_words(row: Row) -> str:
    """Kind and parameters of the index in the publisher's words."""
    return f"{row.get('index', '')} {row.get('index_params', '')}"


def search_width(parameters: str) -> float | None:
    """Candidates kept while a query searches, by the names that engines give them; None where none is stated.

    >>> search_width('{"efConstruction": 360, "ef": 64}'), search_width('{"ef": -1}')
    (64.0, None)
    """
    names = "|".join(sizing_data().search_widths)
    found = re.search(rf"""["'](?:{names})["']: (\d+)""", parameters)
    return float(found[1]) if found else None
