"""Prices of the regions that lie where a question asks for them."""

from knowledge import Knowledge
from knowledge.index import Retriever
from knowledge.prices import accelerator_prices
from knowledge.regions import regions
from knowledge.row_texts import row_sentences


def test_a_place_tells_its_own_regions_alone(retriever: Retriever) -> None:
    for question, places in (
        ("H100 price in Frankfurt", {"Frankfurt"}),
        ("H100 price azure east us 2", {"eastus2"}),
        ("L4 price in europe", {"Netherlands", "Belgium", "Germany"}),
    ):
        hit = retriever.search(question, k=1).hits[0]
        lines = [item.line for item in row_sentences(hit.record_id, hit.text) if item.id in hit.telling]
        assert lines, question
        assert {place for place in places if any(place in line for line in lines)} == places
        assert all(any(place in line for place in places) for line in lines), (question, lines)


def test_without_a_place_no_region_is_told(retriever: Retriever) -> None:
    for question in ("H100 price", "Please tell us the H100 price", "H100 price on gcp"):
        found = retriever.search(question, k=1)
        hit = found.hits[0]
        lines = [item.line for item in row_sentences(hit.record_id, hit.text) if item.id in hit.telling]
        assert not found.abstained
        assert lines
        assert not any(line.startswith("in ") for line in lines)


def test_the_regions_of_the_large_clouds_lie_somewhere(knowledge: Knowledge) -> None:
    """And by no name that says nothing of where."""
    known, priced = regions(knowledge), {(row.cloud, row.region) for row in accelerator_prices(knowledge)}
    large = {item for item in priced if item[0] in {"aws", "azure", "gcp"}}
    assert large <= known.keys()
    assert all(name == name.casefold().strip() and name for row in known.values() for name in row.names)
