"""Traces and metrics go to the collector that is named, without a user's words; and nowhere where none is."""

from pathlib import Path

import httpx
import pytest

from service.http.telemetry import Telemetry
from service.telemetry import ENDPOINT, telemetry
from tests.service.collector import Collector
from tests.service.http.conftest import serving

TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_what_is_sent_to_the_collector(tmp_path: Path, collector: Collector) -> None:
    with serving(tmp_path, "--workers", "0", OTEL_EXPORTER_OTLP_ENDPOINT=collector.address) as served:
        httpx.get(f"{served.url}/v1/models", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
        httpx.post(f"{served.url}/v1/consultations", json={"message": "an ocelot"})
        httpx.get(f"{served.url}/v1/consultations/ocelot")
        assert served.stop() == 0
    spans = collector.spans()
    assert {span.name for span in spans if not span.name.endswith("z")} == {
        "GET /v1/models",
        "POST /v1/consultations",
        "GET /v1/consultations/{identity}",
    }
    assert TRACE in {span.trace_id.hex() for span in spans}
    assert "http.server.request.duration" in collector.measures()
    assert "ocelot" not in str(collector.received)


def test_without_a_collector_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    from opentelemetry import metrics, trace

    monkeypatch.delenv(ENDPOINT, raising=False)
    before = trace.get_tracer_provider(), metrics.get_meter_provider()
    with telemetry():
        assert (trace.get_tracer_provider(), metrics.get_meter_provider()) == before
    with Telemetry().request("GET", {}) as span:
        assert not span.is_recording()


def test_a_collector_that_is_away_stops_nobody(tmp_path: Path) -> None:
    away = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    with serving(tmp_path, "--workers", "0", **away) as served:
        assert httpx.get(f"{served.url}/v1/models").status_code == 200
        assert served.stop() == 0
