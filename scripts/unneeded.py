"""Print the installed distributions that stackwright with the named extras doesn't need, one a line.

The lock holds what developers need as well; an image shall not: `python scripts/unneeded.py server postgres`.
"""

import sys
from importlib.metadata import distribution, distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

KEPT = {"pip"}


def needed(name: str, extras: frozenset[str], found: set[tuple[str, frozenset[str]]]) -> None:
    """Add a distribution with these extras, and all that it needs in turn, to `found`."""
    name = canonicalize_name(name)
    if (name, extras) in found:
        return
    found.add((name, extras))
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
            needed(requirement.name, frozenset(requirement.extras), found)


def unneeded(extras: frozenset[str]) -> list[str]:
    """Names of what is installed and not needed."""
    found: set[tuple[str, frozenset[str]]] = set()
    needed("stackwright", extras, found)
    installed = {canonicalize_name(each.metadata["Name"]) for each in distributions()}
    return sorted(installed - {name for name, _ in found} - KEPT)


if __name__ == "__main__":
    print(*unneeded(frozenset(sys.argv[1:])), sep="\n")
