"""Our top-level names are ordinary words: no other distribution may claim them, and ours must be the ones found."""

import tomllib
from importlib.metadata import distribution, packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
PACKAGES = tuple(WHEEL["packages"])


@pytest.mark.parametrize("package", PACKAGES)
def test_the_package_that_is_found_is_ours(package: str) -> None:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    installed = Path(str(distribution("stackwright").locate_file("")))
    origin = Path(spec.origin)
    assert origin.is_relative_to(ROOT) or origin.is_relative_to(installed)


def test_no_other_distribution_claims_our_names() -> None:
    owners = packages_distributions()
    for package in PACKAGES:
        assert set(owners.get(package, ())) <= {"stackwright"}, package


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_typed_and_described(package: str) -> None:
    assert (ROOT / package / "py.typed").exists()
    text = (ROOT / package / "__init__.py").read_text()
    assert text.lstrip().startswith('"""'), f"{package}/__init__.py has no docstring"
