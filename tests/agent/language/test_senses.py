"""Numbers and words that mean something else in another trade."""

import pytest

from agent.language import understand
from knowledge.library import Knowledge
from tools.workload import Workload

KNOWLEDGE = Knowledge()


def read(text: str) -> dict[str, object]:
    found = understand(text, turn=1, workload=Workload(), knowledge=KNOWLEDGE)
    return {item.field: item.point for item in found.updates}


@pytest.mark.parametrize(
    "text",
    [
        "Veterinary clinic chain, we summarise the patient record of each animal",
        "The app answers farmers about the patient history of their dairy herd",
        "diagnose faults in pumps from vibration",
    ],
)
def test_animals_and_machines_are_no_patients(text: str) -> None:
    assert "personal_data" not in read(text)


@pytest.mark.parametrize("text", ["We summarise the patient record", "diagnosis letters of our patients"])
def test_patients_are_people(text: str) -> None:
    assert read(text)["personal_data"] == "phi"


@pytest.mark.parametrize(
    "text", ["detect gearbox failure two months ahead", "forecast demand 12 months ahead"]
)
def test_how_far_one_looks_ahead_is_no_planning_horizon(text: str) -> None:
    assert "horizon_months" not in read(text)


def test_a_plan_is_a_planning_horizon() -> None:
    assert read("We plan two years ahead")["horizon_months"] == 24


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("620 turbines, 200 sensor channels at 1 Hz", 124_000),
        ("20 turbines, 200 sensor channels at 10 Hz", 2000),
        ("620 turbines with 200 sensors each, one reading a second per sensor", 124_000),
    ],
)
def test_channels_send_events(text: str, rate: float) -> None:
    assert read(text)["events_per_s"] == rate
    assert "request_rate_rps" not in read(text)


def test_the_rate_of_sound_is_no_rate_of_requests() -> None:
    assert "request_rate_rps" not in read("48 microphones sampled at 16 kHz")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("handwriting transcription of 2.6 million scanned pages", "speech_task"),
        ("a tabletop shop with 400 rule books", "hardware_platform"),
        ("a tabletop shop with 400 rule books", "agent_write_tools"),
        ("container terminal with 38 cranes", "integrations"),
        ("4K video of the match", "corpus_documents"),
        ("7.5 million specimen labels are to be read", "training_examples"),
        ("searchable, and staffed 24 hours a day", "freshness_s"),
    ],
)
def test_words_of_another_trade_fill_nothing(text: str, field: str) -> None:
    assert field not in read(text)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("12 engineers query the archive in plain English", "users_total", 12),
        ("12 engineers run it", "team_engineers", 12),
        ("a budget of 120k USD in total", "budget_once_usd", 120_000),
        ("a budget of 120k USD a month", "budget_usd_month", 120_000),
        ("30 seconds is fine", "e2e_latency_ms", 30_000),
        ("9,000 labels for training", "training_examples", 9000),
        ("on a tablet", "hardware_platform", ("phone",)),
    ],
)
def test_what_is_meant_is_read(text: str, field: str, value: object) -> None:
    assert read(text)[field] == value


def test_recall_before_speed_is_quality_before_latency() -> None:
    assert read("recall matters more than speed")["priorities"] == ("quality", "latency")


@pytest.mark.parametrize(
    "text",
    [
        "A hotline for 40 call centres in Spain answers 12,000 questions a day",
        "70 call centres in two countries, the bot replies to 900 mails",
    ],
)
def test_what_is_counted_beside_in_and_answers_is_no_number_of_tokens(text: str) -> None:
    assert {"input_tokens", "output_tokens"}.isdisjoint(read(text))


def test_numbers_in_and_out_are_tokens() -> None:
    found = read("about 300 in and 50 out, 20k calls a day")
    assert (found["input_tokens"], found["output_tokens"]) == (300, 50)


@pytest.mark.parametrize(
    ("text", "trees", "features"),
    [
        ("a gradient boosted model of 500 trees on 120 features that scores transactions", 500, 120),
        ("xgboost with about 800 estimators and 64 features", 800, 64),
        ("our random forest has 2k trees", 2000, None),
        ("a churn model reads 300 features per customer", None, 300),
        ("We plant 12 million trees and want a chatbot", None, None),
        ("Our product has 20 features and needs a support bot", None, None),
    ],
)
def test_trees_and_features_belong_to_a_model_that_scores(
    text: str, trees: float | None, features: float | None
) -> None:
    found = read(text)
    assert (found.get("model_trees"), found.get("features_per_item")) == (trees, features)


@pytest.mark.parametrize(
    ("text", "use_case"),
    [
        ("Train a churn model from scratch on 2 million rows", "tabular_scoring"),
        ("a demand forecasting model trained from scratch on our sales", "forecasting"),
        ("Train an image classifier from scratch", "vision"),
    ],
)
def test_a_small_model_from_scratch_is_no_pretraining(text: str, use_case: str) -> None:
    heard = read(text)
    assert (heard["use_case"], heard["training_need"]) == (use_case, "classical")


@pytest.mark.parametrize(
    "text",
    [
        "train our own model from scratch",
        "Train a small language model from scratch on legal text",
        "train a 7B model from scratch",
    ],
)
def test_a_language_model_from_scratch_is_pretraining(text: str) -> None:
    heard = read(text)
    assert (heard["use_case"], heard["training_need"]) == ("pretraining", "pretrain")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gpt-6 sol at 2000 requests a minute", "gpt-6 sol"),
        ("gpt-4o-mini 1000 tpm", "gpt-4o-mini"),
        ("we use mistral-large-2411", "mistral-large-2411"),
    ],
)
def test_a_quantity_behind_a_model_is_no_version_of_it(text: str, name: str) -> None:
    assert read(text)["model_named"] == name


@pytest.mark.parametrize(
    ("text", "cloud"),
    [
        ("can't leave GCP", "gcp"),
        ("We cannot leave AWS for now", "aws"),
        ("moving off Azure is out of the question", "azure"),
        ("we may not use anything but Azure", "azure"),
    ],
)
def test_a_cloud_that_can_not_be_left_is_the_one_in_use(text: str, cloud: str) -> None:
    heard = read(text)
    assert heard["existing_cloud"] == (cloud,)
    assert "no_egress" not in heard


@pytest.mark.parametrize(
    "text",
    [
        "Data can't leave our AWS account",
        "documents cannot leave Azure",
        "PII can't leave AWS",
        "Traffic can't leave GCP",
    ],
)
def test_data_that_can_not_leave_a_cloud_stays_inside(text: str) -> None:
    assert read(text)["no_egress"] == "yes"


@pytest.mark.parametrize(
    "text", ["we are leaving AWS", "We can't wait to leave AWS", "It's not a problem to leave Azure"]
)
def test_a_cloud_that_is_being_left_is_not_in_use(text: str) -> None:
    assert "existing_cloud" not in read(text)
