"""Traces and metrics through OpenTelemetry, to the collector that the user names, and to none by default.

Without `OTEL_EXPORTER_OTLP_ENDPOINT` the calls here do nothing. No text of a user is in a name or attribute.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import metrics, propagate, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from knowledge.errors import ConfigError

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
NAME = "stackwright"


def start_telemetry() -> Callable[[], None]:
    """Send to the named collector, if one is named; what is returned sends the rest and stops."""
    if not os.environ.get(ENDPOINT):
        return lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ConfigError(
            f"{ENDPOINT} is set, and the package {error.name} that sends there is missing.",
            "Install stackwright[server].",
        ) from error
    resource = Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", NAME)})
    traces = TracerProvider(resource=resource)
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(traces)
    measures = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())], resource=resource)
    metrics.set_meter_provider(measures)

    def stop() -> None:
        traces.shutdown()
        measures.shutdown()

    return stop


class Telemetry:
    """The instruments of this service."""

    def __init__(self) -> None:
        meter = metrics.get_meter(NAME)
        self._tracer = trace.get_tracer(NAME)
        self._requests = meter.create_histogram(
            "http.server.request.duration", "s", "Time from a request to the last byte of its answer"
        )
        self._replies = meter.create_histogram(
            "stackwright.reply.duration", "s", "Time from a stored message to its reply, as waited for here"
        )

    @contextmanager
    def request(self, method: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """A span around one request, in the caller's trace if it sends one along."""
        context = propagate.extract(headers)
        with self._tracer.start_as_current_span(method, context, SpanKind.SERVER) as span:
            yield span

    def answered(self, span: Span, method: str, route: str, status: int, seconds: float) -> None:
        """Record how a request ended."""
        attributes: dict[str, str | int] = {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": status,
        }
        span.update_name(f"{method} {route}")
        span.set_attributes(attributes)
        if status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        self._requests.record(seconds, attributes)

    def replied(self, seconds: float, kind: str) -> None:
        """Record how long a reply was waited for; kind `none` where none came in time."""
        self._replies.record(seconds, {"stackwright.reply.kind": kind})
