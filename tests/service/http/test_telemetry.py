"""Traces and metrics go to the collector that is named, without a user's words; and nowhere where none is."""

import threading
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import httpx
import pytest
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from service.http import telemetry
from tests.service.http.conftest import serving

TRACE = "0af7651916cd43dd8448eb211c80319c"


class Collector(trace_service_pb2_grpc.TraceServiceServicer, metrics_service_pb2_grpc.MetricsServiceServicer):
    """Takes what is sent to it; both of its methods have the name that the protocol gives them."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.arrived = threading.Event()

    def Export(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.received.append(request)
        self.arrived.set()
        if isinstance(request, trace_service_pb2.ExportTraceServiceRequest):
            return trace_service_pb2.ExportTraceServiceResponse()
        return metrics_service_pb2.ExportMetricsServiceResponse()


@pytest.fixture
def collector() -> Iterator[tuple[Collector, str]]:
    """(collector, address) on this machine."""
    collector, server = Collector(), grpc.server(futures.ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield collector, f"http://127.0.0.1:{port}"
    server.stop(None)


def test_what_is_sent_to_the_collector(tmp_path: Path, collector: tuple[Collector, str]) -> None:
    gathered, address = collector
    with serving(tmp_path, "--workers", "0", OTEL_EXPORTER_OTLP_ENDPOINT=address) as served:
        httpx.get(f"{served.url}/v1/models", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
        httpx.post(f"{served.url}/v1/consultations", json={"message": "an ocelot"})
        httpx.get(f"{served.url}/v1/consultations/ocelot")
        assert served.stop() == 0
    sent = [each for each in gathered.received if hasattr(each, "resource_spans")]
    scopes = [scope for each in sent for resource in each.resource_spans for scope in resource.scope_spans]
    spans = [span for scope in scopes for span in scope.spans]
    assert {span.name for span in spans if not span.name.endswith("z")} == {
        "GET /v1/models",
        "POST /v1/consultations",
        "GET /v1/consultations/{identity}",
    }
    assert TRACE in {span.trace_id.hex() for span in spans}
    measured = [each for each in gathered.received if hasattr(each, "resource_metrics")]
    assert "http.server.request.duration" in str(measured)
    assert "ocelot" not in str(gathered.received)


def test_without_a_collector_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    from opentelemetry import metrics, trace

    monkeypatch.delenv(telemetry.ENDPOINT, raising=False)
    before = trace.get_tracer_provider(), metrics.get_meter_provider()
    telemetry.start_telemetry()()
    assert (trace.get_tracer_provider(), metrics.get_meter_provider()) == before
    with telemetry.Telemetry().request("GET", {}) as span:
        assert not span.is_recording()


def test_a_collector_that_is_away_stops_nobody(tmp_path: Path) -> None:
    away = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    with serving(tmp_path, "--workers", "0", **away) as served:
        assert httpx.get(f"{served.url}/v1/models").status_code == 200
        assert served.stop() == 0
