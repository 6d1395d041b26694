"""Statements with `:name` parameters, as SQLite reads them, for psycopg, which reads `%(name)s`."""

import re
from functools import cache

_NAME = re.compile(r"(?<!:):([a-z]+)\b")


@cache
def positional(statement: str) -> str:
    """The statement as psycopg reads it.

    >>> positional("SELECT 1 FROM turns WHERE session = :id AND key = '%'")
    "SELECT 1 FROM turns WHERE session = %(id)s AND key = '%%'"
    """
    return _NAME.sub(r"%(\1)s", statement.replace("%", "%%"))
