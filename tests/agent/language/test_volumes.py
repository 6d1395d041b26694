"""How much sound comes in, how many examples a model learns from and how often, in many wordings."""

from typing import Any

import pytest

from agent.language.understand import understand
from knowledge import load
from tools.workload import Workload

KNOWLEDGE = load()


def read(text: str) -> dict[str, Any]:
    found = understand(text, turn=1, workload=Workload(), knowledge=KNOWLEDGE)
    return {item.field: item.value for item in found.updates}


def unknown(text: str) -> list[str]:
    found = understand(text, turn=1, workload=Workload(), knowledge=KNOWLEDGE)
    return [item.unknown_name for item in found.rejected]


@pytest.mark.parametrize(
    ("text", "minutes_a_day"),
    [
        ("We transcribe 8,000 hours of recordings a day overnight.", 480_000),
        ("speech-to-text for 300 hours of audio a day", 18_000),
        ("about 20,000 minutes of calls per month are transcribed", 20_000 / 30),
        ("captions for 90 hours of recorded lectures every week", 5400 / 7),
        ("every night 40 hours of broadcasts are turned into text", 2400),
        ("each day we get 300 hours of audio", 18_000),
        ("we listen in on 24 hours of live radio a day", 1440),
        ("our call centre records 500 hours of calls each week, calls are 6 minutes on average", 30_000 / 7),
    ],
)
def test_sound_that_comes_in_is_a_load(text: str, minutes_a_day: float) -> None:
    found = read(text)
    carried = found["request_rate_rps"] * found["audio_minutes_per_request"] * 86_400
    assert carried == pytest.approx(minutes_a_day)


def test_the_stated_length_of_a_recording_says_how_many_there_are() -> None:
    found = read("our call centre records 500 hours of calls each week, calls are 6 minutes on average")
    assert found["audio_minutes_per_request"] == 6
    assert found["request_rate_rps"] == pytest.approx(5000 / 604_800)


@pytest.mark.parametrize(
    ("text", "a_day", "minutes"),
    [
        ("25 channels; about 1,200 half-hour recordings a day, together 36,000 minutes of audio", 1200, 30),
        ("we get 400 ten-minute calls per hour", 9600, 10),
        ("80 one-hour lectures a week", 80 / 7, 60),
        ("around 3,000 six-minute voice messages daily", 3000, 6),
    ],
)
def test_recordings_are_counted_beside_their_length(text: str, a_day: float, minutes: float) -> None:
    found = read(text)
    assert found["request_rate_rps"] * 86_400 == pytest.approx(a_day)
    assert found["audio_minutes_per_request"] == minutes


@pytest.mark.parametrize(
    "text",
    [
        "calls last 5 minutes; 2 hours of downtime a month is fine",
        "an archive of 8,000 hours of recordings has to be transcribed",
        "40 minutes of meetings a week per employee are summarised",
        "it may take 3 hours of work a day",
        "Sales spends 3 hours of calls a day. We want a support chatbot.",
        "Our people sit in 2 hours of meetings a day; we want a RAG assistant over 50,000 documents.",
    ],
)
def test_other_times_are_no_load(text: str) -> None:
    assert "request_rate_rps" not in read(text)


@pytest.mark.parametrize(
    ("text", "examples"),
    [
        ("we fine-tune monthly on 40,000 dialogues with QLoRA", 40_000),
        ("we want to fine-tune with LoRA on 5,000 tickets", 5_000),
        ("a classifier trained on our 12,000 resolved cases", 12_000),
    ],
)
def test_a_model_learns_from_so_many_examples(text: str, examples: float) -> None:
    assert read(text)["training_examples"] == examples


@pytest.mark.parametrize(
    "text",
    [
        "The model was trained on 8 H100 for 3 days",
        "We train on 512 GPUs",
        "We learn from 200 customers",
        "adapted from 20 years of experience",
        "Our staff learned from 200 incidents last year",
        "We trained on 25 courses for 300 employees, now we want a tutor bot",
        "The model is trained on 50 languages",
    ],
)
def test_machines_people_and_years_are_no_examples(text: str) -> None:
    assert "training_examples" not in read(text)


def test_a_model_that_is_tuned_monthly_is_trained_once_a_month() -> None:
    assert read("we fine-tune monthly on 40,000 dialogues")["retrain_per_month"] == 1
    assert read("we fine-tune it weekly")["retrain_per_month"] == pytest.approx(30.4375 / 7)
    assert "retrain_per_month" not in read("we fine-tune on tickets, of which 300 arrive weekly")


def test_a_method_is_no_unknown_product() -> None:
    assert unknown("we fine-tune with QLoRA and DPO") == []
    assert unknown("we fine-tune with LoRAXE") == ["LoRAXE"]


def test_tasks_are_asked_for() -> None:
    found = read("300 users, each runs 5 tasks a day")
    assert found["request_rate_rps"] == pytest.approx(1500 / 86_400)


def test_the_same_sound_in_other_units_is_the_same_load() -> None:
    hours, minutes = (
        read("we transcribe 5 hours of audio a day"),
        read("we transcribe 300 minutes of audio a day"),
    )
    for field in ("request_rate_rps", "audio_minutes_per_request"):
        assert hours[field] == pytest.approx(minutes[field])
    assert read("we transcribe 20 minutes of audio a day")["audio_minutes_per_request"] == 20


def test_what_was_read_is_told_as_it_was_meant() -> None:
    found = understand(
        "we transcribe 300 hours of call recordings a day", turn=1, workload=Workload(), knowledge=KNOWLEDGE
    )
    told = {item.field: item.stated for item in found.updates}
    assert told["request_rate_rps"] == "300 hours of sound a day"
    assert told["audio_minutes_per_request"] == "60 min each"
