"""Traces and metrics through OpenTelemetry, to the collector that the user names, and to none by default.

Without `OTEL_EXPORTER_OTLP_ENDPOINT` the calls here do nothing, nor is anything imported. No text of a user is in
a name or attribute, and no error's text either.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from knowledge.errors import ConfigError

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
NAME = "stackwright"


@contextmanager
def telemetry() -> Iterator[None]:
    """Send to the named collector, if one is named, until the block ends; then what is left is sent."""
    if not os.environ.get(ENDPOINT):
        yield
        return
    try:
        from opentelemetry import metrics, trace
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
    try:
        yield
    finally:
        traces.shutdown()
        measures.shutdown()


@contextmanager
def measured(what: str, **attributes: str) -> Iterator[dict[str, str]]:
    """A span, and a duration, of one piece of work; the block may add attributes."""
    if not os.environ.get(ENDPOINT):
        yield attributes
        return
    from opentelemetry import trace
    from opentelemetry.trace import StatusCode

    began = time.monotonic()
    with trace.get_tracer(NAME).start_as_current_span(
        f"{NAME}.{what}", record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield attributes
        except BaseException as error:
            attributes["error"] = type(error).__name__
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            named = {f"{NAME}.{what}.{key}": value for key, value in attributes.items()}
            span.set_attributes(named)
            _durations(what).record(time.monotonic() - began, named)


@cache
def _durations(what: str) -> Any:
    from opentelemetry import metrics

    return metrics.get_meter(NAME).create_histogram(f"{NAME}.{what}.duration", "s")
