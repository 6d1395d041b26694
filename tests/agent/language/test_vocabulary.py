"""What is said in other forms of the word: passives, third persons, owners, borders; and what only looks so."""

import pytest

from agent.language import understand
from knowledge.library import Knowledge
from tools.workload import Workload

KNOWLEDGE = Knowledge()


def values(text: str, *asked: str) -> dict[str, object]:
    read = understand(text, turn=1, asked=asked, workload=Workload(), knowledge=KNOWLEDGE)
    return {item.field: item.value for item in read.updates}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Interviews have to be put into writing.", "use_case", "speech"),
        ("Clerks spend days keying invoices into the ERP.", "use_case", "extraction"),
        ("The aim is detecting dents on camera images.", "use_case", "vision"),
        ("A phishing filter for our mail gateway.", "use_case", "classification"),
        ("Berichte sollen zusammengefasst werden.", "use_case", "summarisation"),
        ("We train a chemistry model from zero.", "training_need", "pretrain"),
        ("Legal insists on a commercial model.", "open_weights", "closed_required"),
        ("An agent that closes tickets.", "agent_write_tools", "write"),
        ("200 lawyers each ask 20 questions a day over 50,000 contracts.", "use_case", "rag"),
        ("Our engineers have questions across twelve thick manuals.", "use_case", "rag"),
        ("Emissions should be as low as possible.", "energy_goal", "minimise"),
        ("We owe investors a CO2 figure.", "energy_goal", "report"),
        ("Safety takes precedence over cost.", "priorities", ("risk", "cost")),
    ],
)
def test_other_forms_of_the_word(text: str, field: str, value: object) -> None:
    assert values(text)[field] == value


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Customers open 400 tickets a day.", "agent_write_tools"),
        ("The job scales from zero.", "training_need"),
        ("API keys live in the system.", "use_case"),
        ("Memory footprint as small as possible.", "energy_goal"),
        ("A bot on the phone line.", "deployment"),
        ("20 technicians maintain the turbines and ask questions.", "team_engineers"),
    ],
)
def test_what_only_looks_like_it(text: str, field: str) -> None:
    assert field not in values(text)


@pytest.mark.parametrize(("place", "code"), [("Japan", "JP"), ("the EU", "EU"), ("Germany", "DE")])
def test_a_border_is_no_closed_network(place: str, code: str) -> None:
    assert values(f"The data must not leave {place}.") == {"residency": (code,)}


def test_a_building_is() -> None:
    assert values("The data must not leave the building.")["no_egress"] == "yes"


def test_accelerators_that_belong_to_the_speaker_are_owned() -> None:
    text = "We run an institute with lots to compute; 24 L40S belong to us since the spring."
    assert values(text)["owned_accelerators"] == ("24xL40S",)


@pytest.mark.parametrize(("text", "factor"), [("double on Mondays", 2), ("fivefold in May", 5)])
def test_a_multiple_in_words_is_the_peak_factor(text: str, factor: float) -> None:
    assert values(text, "peak_factor") == {"peak_factor": factor}


def test_so_many_times_out_of_a_hundred() -> None:
    assert values("right 95 times out of 100", "quality_target") == {"accuracy_pct": 95}


@pytest.mark.parametrize(
    "text",
    [
        "Product images generated from text for 200 designers, about 5,000 pictures a day.",
        "Posters rendered from a prompt, 300 a day.",
        "Short videos made from a script by a model.",
        "A model draws a new illustration for every chapter.",
        "Our tool paints backgrounds and scenes for comics.",
        "An avatar creator for a chat app.",
        "Shoppers describe a sofa and see it drawn in their room.",
        "Upscaling old film footage and colourising the photos in it.",
        "SDXL for our design team.",
        "We restyle customers' photos as oil paintings.",
        "Ein Modell erzeugt Bilder aus Stichworten.",
        "Une appli qui genere des affiches.",
    ],
)
def test_pictures_that_the_model_makes(text: str) -> None:
    assert values(text)["use_case"] == "image_generation"


@pytest.mark.parametrize(
    "text",
    [
        "Flag AI generated images before they are published.",
        "Members create and upload photos of birds, and we tell the species.",
        "The report should paint a clear picture of the risks.",
        "The crawler renders web pages of shops.",
        "Detect deepfakes in video calls.",
        "Satellite pictures made every six hours, ships in them counted.",
        "The dashboard draws conclusions for managers.",
        "Photos are made searchable by text.",
        "Users describe a sofa and get photos of similar ones.",
        "Clasificar cada imagen de rayos X.",
    ],
)
def test_pictures_that_are_there_already(text: str) -> None:
    assert values(text).get("use_case") != "image_generation"


@pytest.mark.parametrize(
    ("text", "component"),
    [
        ("We use Entra for login", "entra-id"),
        ("Our pipelines run on Dataproc", "apache-spark"),
        ("We built on AgentCore", "bedrock-agentcore"),
        ("There is a Neo4j AuraDB in place", "neo4j"),
    ],
)
def test_what_the_catalogue_calls_a_component_besides_its_name_is_read(text: str, component: str) -> None:
    assert values(text)["existing_components"] == (component,)


@pytest.mark.parametrize(
    "text",
    [
        "Our office is in Capella tower",
        "the event hubs of our fair have 300 visitors",
        "We sell Konnect cars",
    ],
)
def test_a_name_that_much_else_bears_is_no_component(text: str) -> None:
    assert "existing_components" not in values(text)


def test_software_run_by_oneself_is_no_service_of_a_cloud() -> None:
    assert values("Our opensearch service on premises")["existing_components"] == ("opensearch",)


@pytest.mark.parametrize("name", ["Entra", "AuraDB", "ClickHouse"])
def test_a_short_name_is_no_stranger(name: str) -> None:
    asked = understand(f"Is {name} HIPAA compliant?", turn=1, workload=Workload(), knowledge=KNOWLEDGE)
    assert asked.rejected == ()
