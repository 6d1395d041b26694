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
