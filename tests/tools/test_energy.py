"""Energy and carbon: published figures inside the intervals, and units that agree with each other."""

import pytest

from knowledge import load
from knowledge.energy_factors import embodied, pue
from knowledge.grid import grid
from knowledge.hardware import accelerators
from knowledge.models import models
from tools.energy import accelerator_watts, api_energy, deployment_energy, training_co2
from tools.estimate import Estimate, point
from tools.sizing.predict import MeasuredLoad
from tools.sizing.predict_other import predict_energy_j

KNOWLEDGE = load()


def test_serving_power_matches_measurements() -> None:
    """8 x H200 serving a 70B model offline draw 6,153 W at the wall (MLPerf Inference v5.1, derived)."""
    watts = accelerator_watts(KNOWLEDGE, "H200-SXM-141GB", 8, 1.0, batch=512)
    assert watts.low < 6153 < watts.high
    assert watts.typical == pytest.approx(6153, rel=0.15)


def test_energy_per_token_of_a_published_deployment() -> None:
    """Llama-3.3-70B on 4 x H100 at 256 sequences: 0.49 J per output token, devices only (ML.ENERGY v3)."""
    load_ = MeasuredLoad(
        models(KNOWLEDGE)["Llama-3.3-70B"], accelerators(KNOWLEDGE)["H100-SXM-80GB"], 4, "bf16",
        "steady-state, lm-arena-chat", None, 600, 256,
    )  # fmt: skip
    found = predict_energy_j(KNOWLEDGE, load_, whole_system=False)
    assert found.estimate is not None
    assert found.estimate.low < 0.49 < found.estimate.high
    assert found.estimate.typical == pytest.approx(0.49, rel=0.35)
    wall = predict_energy_j(KNOWLEDGE, load_, whole_system=True)
    assert wall.estimate is not None
    assert wall.estimate.typical > found.estimate.typical


def test_idle_devices_still_draw() -> None:
    idle = accelerator_watts(KNOWLEDGE, "H100-SXM-80GB", 1, 0.0)
    busy = accelerator_watts(KNOWLEDGE, "H100-SXM-80GB", 1, 0.9)
    assert 0 < idle.typical < busy.typical


def test_units_agree() -> None:
    use = deployment_energy(
        KNOWLEDGE, point(1000.0, "W"), provider="aws", region="us-east-1", requests_month=1e6,
        output_tokens_month=3e8, accelerators_count=1, accelerator="H100-SXM-80GB",
    )  # fmt: skip
    assert use.kwh_month.typical == pytest.approx(730 * use.pue.typical)
    assert use.wh_per_request is not None
    assert use.wh_per_request.typical == pytest.approx(use.kwh_month.typical / 1e3)
    assert use.kwh_per_million_tokens is not None
    assert use.kwh_per_million_tokens.typical == pytest.approx(use.kwh_month.typical / 300)
    assert use.embodied_kg_month is not None
    carbon = use.kwh_month.typical * use.grid_g_per_kwh.typical / 1e3 + use.embodied_kg_month.typical
    assert use.co2_kg_month.typical == pytest.approx(carbon)
    assert "PUE" in use.boundary


def test_the_grid_of_virginia_spans_its_three_published_figures() -> None:
    place = grid(KNOWLEDGE, "aws", "us-east-1")
    assert place.low == pytest.approx(244.8)
    assert place.high == pytest.approx(415.755)


def test_places_in_any_spelling_and_unknown_ones() -> None:
    assert grid(KNOWLEDGE, "", "FR").typical < 100 < grid(KNOWLEDGE, "", "PL").typical
    group = grid(KNOWLEDGE, "", "EU")
    assert group.low < group.typical < group.high
    nowhere = grid(KNOWLEDGE, "", "")
    assert nowhere.high > 2 * nowhere.low
    assert "unknown" in nowhere.place


def test_unknown_providers_widen() -> None:
    known, unknown = pue(KNOWLEDGE, "gcp"), pue(KNOWLEDGE, "somebody")
    assert unknown.high - unknown.low > known.high - known.low


def test_hosted_models() -> None:
    use = api_energy(KNOWLEDGE, "gemini-3.8-flash", requests_month=1e6, input_tokens=0, output_tokens=300)
    assert use is not None
    assert use.wh_per_request is not None
    assert use.wh_per_request.low < 0.24 <= use.wh_per_request.typical + 1e-9
    small = api_energy(KNOWLEDGE, "Llama-3.1-8B", requests_month=1e6, input_tokens=0, output_tokens=300)
    assert small is not None
    assert small.kwh_month.typical < use.kwh_month.typical
    assert api_energy(KNOWLEDGE, "nobody", requests_month=1, input_tokens=1, output_tokens=1) is None


def test_training_carbon() -> None:
    tonnes = training_co2(KNOWLEDGE, point(1e6, "kWh"), provider="gcp", region="europe-north1")
    assert 20 < tonnes.typical < 100
    assert isinstance(tonnes, Estimate)


def test_embodied_figures_are_ordered() -> None:
    for component in ("nvidia-h100-h200", "nvidia-b200-b300", "nvidia-l4-l40s"):
        made = embodied(KNOWLEDGE, component)
        assert made is not None
        assert made.low_kg < made.kg < made.high_kg
