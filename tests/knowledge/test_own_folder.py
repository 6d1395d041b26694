"""A folder of the user's own over the packaged data: theirs wins and is marked; of what is wrong ours is used."""

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge import Knowledge, load
from knowledge.contradictions import contradicting
from knowledge.errors import InputRefused
from knowledge.index import Retriever
from knowledge.index.cards import index_records
from knowledge.layers import LayeredKnowledge
from knowledge.listing import show
from knowledge.llm_prices import llm_prices
from knowledge.opening import remarks
from knowledge.prices import accelerator_prices
from knowledge.refresh.sources import read_sources
from knowledge.service_prices import price_models, service_prices
from knowledge.verify import verify
from tools.assess import assess
from tools.cost.evidence import price_evidence
from tools.workload import from_mapping

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "own-knowledge"
AS_OF = date(2026, 11, 29)
BASE = load()
WRONG: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "own_folder_wrong.yaml").read_text(encoding="utf-8")
)
COMPONENTS, FACTS, RULES = (f"catalog/{name}/x.yaml" for name in ("components", "facts", "rules"))
COMPONENT = """
  - id: acme-db
    name: Acme DB
    slots: [sto.vector_db]
    modes: [self_vm]
    maturity: established_oss
    ops_complexity: 2
    exit_path: rewrite
"""


@pytest.fixture
def lay(tmp_path: Path) -> Callable[..., Knowledge]:
    """The packaged data under a folder with the given files."""

    def build(files: dict[str, str]) -> Knowledge:
        folder = tmp_path / "ours"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        folder.mkdir(exist_ok=True)
        load.cache_clear()
        return load(folder)

    return build


def test_the_example_of_the_documentation_is_sound_and_marked() -> None:
    known = load(EXAMPLE)
    assert remarks(known) == []
    own = known.components["acme-search"]
    assert own.mark == "yours: Acme platform team"
    assert own.vendor == "Acme platform team"
    changed, packaged = known.components["qdrant"], BASE.components["qdrant"]
    assert changed.notes == "Run by the platform team on its own cluster."
    assert changed.licence == packaged.licence
    assert set(changed.fact_ids) == {*packaged.fact_ids, "qdrant/ops/acme-cluster"}
    assert known.facts["qdrant/ops/acme-cluster"].tier == "U"
    assert "origin: yours (Acme platform team): ops_complexity, notes, fact_ids" in show(known, "qdrant")
    assert "origin: packaged" in show(known, "pgvector")
    assert known.hash != BASE.hash
    assert load(EXAMPLE).hash == known.hash


def test_prices_of_ones_own_come_before_ours_and_say_so() -> None:
    known = load(EXAMPLE)
    price, list_price = llm_prices(known)["gpt-6-sol"], llm_prices(BASE)["gpt-6-sol"]
    assert (price.input_usd_per_m, price.output_usd_per_m) == (1.6, 8.0)
    assert price.cache_read_usd_per_m == list_price.cache_read_usd_per_m
    assert price.source == (
        "yours (Acme platform team): enterprise agreement 2026-17; "
        f"what it leaves open: {list_price.source}, {list_price.as_of}"
    )
    assert len(llm_prices(known)) == len(llm_prices(BASE))
    assert service_prices(known)["acme_search_node"].price_usd == 310
    assert "acme-search" in price_models(known).by_component
    assert set(price_models(BASE).by_component) < set(price_models(known).by_component)
    evidence = price_evidence(known, "price/llm/gpt-6-sol")
    assert evidence is not None
    assert "yours (Acme platform team)" in evidence.source
    assert next(source for source in read_sources(known) if source.id == "llm").url.startswith(
        "https://mirror"
    )


def test_advice_picks_their_component_and_marks_it(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    shutil.copytree(EXAMPLE, folder)
    others = [item.id for item in BASE.components.values() if "sto.vector_db" in item.slots]
    (folder / "catalog" / "rules" / "only.yaml").write_text(
        f"rules:\n- {{id: acme-only, effect: exclude, slot: sto.vector_db, components: [{', '.join(others)}], "
        "text: Acme runs its own search., basis: requirement}\n"
    )
    known = load(folder)
    assert remarks(known) == []
    workload = from_mapping({"use_case": "rag", "corpus_documents": 350_000, "request_rate_rps": 0.02})
    winner = assess(workload, known, AS_OF, "full").winner
    assert winner is not None
    pick = winner.picks["sto.vector_db"]
    assert pick.component == "acme-search"
    assert pick.words.startswith("Acme Search (yours: Acme platform team)")
    ledger = {item.id: item for item in assess(workload, known, AS_OF, "full").evidence}
    assert "(yours: Acme platform team)" in ledger["acme-search/limit/collection-size"].text
    assert assess(workload, known, AS_OF, "full") == assess(workload, known, AS_OF, "full")


def test_their_records_are_found_by_the_index() -> None:
    records = {record.id: record for record in index_records(load(EXAMPLE))}
    for name in ("component:acme-search", "acme-search/limit/collection-size", "rule:acme-no-pinecone"):
        assert "(yours: Acme platform team)" in records[name].text
    assert "yours" not in records["component:pgvector"].text


@pytest.mark.parametrize("case", WRONG, ids=[f"{case['file']}-{case['says'][0]}" for case in WRONG])
def test_what_is_wrong_is_named_and_ours_is_used(lay: Callable[..., Knowledge], case: dict[str, Any]) -> None:
    known = lay({case["file"]: case["text"]})
    said = " ".join(remarks(known))
    for word in case["says"]:
        assert word in said
    assert {name: item for name, item in known.components.items() if name != "acme-db"} == BASE.components
    assert known.facts == BASE.facts
    assert known.rules == BASE.rules
    assert known.files.yaml("refresh/sources.yaml") == BASE.files.yaml("refresh/sources.yaml")
    if "twice" not in said:
        assert llm_prices(known) == llm_prices(BASE)


def test_a_broken_change_of_ours_leaves_ours_and_the_rest_counts(lay: Callable[..., Knowledge]) -> None:
    known = lay(
        {
            COMPONENTS: "components:\n  - {id: qdrant, fact_ids: [no/limit/fact]}" + COMPONENT,
            RULES: "rules:\n- {id: r, effect: warn, components: [acme-db, gone], text: Careful.}",
        }
    )
    assert known.components["qdrant"] == BASE.components["qdrant"]
    assert "acme-db" in known.components
    assert "r" not in known.rules
    assert len(remarks(known)) == 2


def test_what_leans_on_a_broken_record_falls_with_it(lay: Callable[..., Knowledge]) -> None:
    known = lay(
        {
            COMPONENTS: "components:" + COMPONENT + "    fact_ids: [acme-db/limit/size]",
            FACTS: "facts:\n- {id: acme-db/limit/size, component: acme-db, slots: [no.slot], kind: limit, "
            "statement: X., read_at: 2026-11-01, review_by: 2027-01-01}",
        }
    )
    assert "acme-db" not in known.components
    assert [text.split(":")[0] for text in remarks(known)] == [
        "catalog/facts/x.yaml",
        "catalog/components/x.yaml",
    ]


def test_a_new_row_joins_ours(lay: Callable[..., Knowledge]) -> None:
    known = lay(
        {
            "cost/accelerator_prices.csv": "accelerator,mode,cloud,offer,count,usd_per_accelerator_h,as_of\n"
            "H100-SXM-80GB,gpu-neocloud,acme,reserved block,8,1.95,2026-10-01\n"
        }
    )
    assert remarks(known) == []
    new = [row for row in accelerator_prices(known) if row.cloud == "acme"]
    assert [row.usd_per_accelerator_h for row in new] == [1.95]
    assert new[0].source == "yours (ours)"
    assert len(accelerator_prices(known)) == len(accelerator_prices(BASE)) + 1


@pytest.mark.slow
def test_verify_reports_a_folder_of_ones_own(lay: Callable[..., Knowledge]) -> None:
    assert [item for item in verify(load(EXAMPLE), AS_OF) if item.severity == "error"] == []
    known = lay({COMPONENTS: "components:\n- {id: qdrant, fact_ids: [no/limit/fact]}"})
    errors = [item for item in verify(known, AS_OF) if item.severity == "error"]
    assert [(item.file, item.id) for item in errors] == [("catalog/components/x.yaml", "qdrant")]


def test_an_empty_folder_and_a_far_too_large_one(lay: Callable[..., Knowledge], tmp_path: Path) -> None:
    assert "layout that docs/knowledge.md describes" in remarks(lay({}))[0]
    crowd = tmp_path / "crowd"
    crowd.mkdir()
    for number in range(501):
        (crowd / f"{number}.txt").write_text("x")
    with pytest.raises(InputRefused, match="more than 500 files"):
        load(crowd)


def test_a_folder_with_the_slots_alone_is_laid_over_ours(lay: Callable[..., Knowledge]) -> None:
    known = lay({"catalog/slots.yaml": "slots: []"})
    assert "catalog/slots.yaml: This file isn't one that is read." in remarks(known)[0]
    assert known.slots == BASE.slots


def test_what_is_no_plain_file_is_named_and_left_alone(lay: Callable[..., Knowledge], tmp_path: Path) -> None:
    facts = tmp_path / "special" / "catalog" / "facts"
    facts.mkdir(parents=True)
    os.mkfifo(facts / "pipe.yaml")
    (facts / "dangling.yaml").symlink_to(tmp_path / "nowhere")
    said = remarks(load(facts.parent.parent))
    assert said == [f"catalog/facts/{name}.yaml: This isn't a plain file." for name in ("dangling", "pipe")]


def test_a_whole_knowledge_base_stands_alone(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(str(BASE.files.root), whole)
    known = load(whole)
    assert not isinstance(known, LayeredKnowledge)
    assert known.layers == ()
    assert known.hash == BASE.hash


def test_a_fact_of_theirs_may_contradict_ours(lay: Callable[..., Knowledge]) -> None:
    ours = next(fact for fact in BASE.facts.values() if fact.component in BASE.components)
    theirs = {
        "id": f"{ours.component}/{ours.kind}/otherwise", "component": ours.component, "kind": ours.kind,
        "statement": "We measured otherwise.", "read_at": "2026-11-24", "review_by": "2027-11-24",
        "conflicts_with": [ours.id],
    }  # fmt: skip
    known = lay({"catalog/facts/own.yaml": yaml.safe_dump({"facts": [theirs]})})
    assert remarks(known) == []
    assert contradicting(known)[ours.id] == (theirs["id"],)
    assert contradicting(known)[str(theirs["id"])] == (ours.id,)


def test_a_model_of_one_s_own_contract_is_found_by_its_name_with_its_price(
    lay: Callable[..., Knowledge],
) -> None:
    heading = "model,provider,mode,input_usd_per_m,output_usd_per_m,as_of,source"
    knowledge = lay(
        {"cost/llm_prices.csv": f"{heading}\nacme-chat-2,openai,chat,0.4,1.2,2026-10-01,contract\n"}
    )
    found = Retriever(knowledge).search("acme chat 2 price")
    assert not found.abstained
    assert found.hits[0].record_id == "model:acme-chat-2"
    assert "USD 0.4 per million tokens in, 1.2 out (yours (ours): contract" in show(knowledge, "acme-chat-2")
    first = show(knowledge, "price:openai-api").splitlines()[1]
    assert first.startswith("price of acme-chat-2")


def test_a_price_that_one_price_model_alone_reads_is_that_component_s() -> None:
    text = show(load(EXAMPLE), "price:acme-search")
    assert "Acme Search, standard node: USD 310 per node-month (yours (Acme platform team)" in text


def test_a_fact_of_one_s_own_stands_beside_what_it_contradicts(lay: Callable[..., Knowledge]) -> None:
    ours = next(iter(sorted(BASE.facts)))
    fact = {
        "id": "acme/limit/other",
        "component": BASE.facts[ours].component,
        "kind": "limit",
        "statement": "Here it is otherwise.",
        "conflicts_with": [ours],
        "read_at": "2026-11-20",
        "review_by": "2027-11-20",
    }
    knowledge = lay({FACTS: yaml.safe_dump({"facts": [fact]})})
    assert "conflicts with: acme/limit/other" in show(knowledge, ours)


def test_files_whose_names_can_not_be_printed_are_named_and_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "ours" / "catalog" / "facts"
    folder.mkdir(parents=True)
    for name in (b"\xff.yaml", b"a\x1b[31m.yaml"):
        (Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).write_text("facts: []\n", encoding="utf-8")
    load.cache_clear()
    told = [item for item in verify(load(tmp_path / "ours")) if "can't be printed" in item.message]
    assert sorted(item.file for item in told) == [
        "catalog/facts/\\udcff.yaml",
        "catalog/facts/a\\x1b[31m.yaml",
    ]


def test_a_mapping_of_very_many_keys_is_read_in_time() -> None:
    from knowledge.unique_keys import read_unique

    keys = "".join(f"k{number}: 1\n" for number in range(20_000))
    assert len(read_unique(keys)) == 20_000
    with pytest.raises(yaml.YAMLError, match="stands twice"):
        read_unique(f"{keys}k7: 2\n")
