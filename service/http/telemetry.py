"""A span and a measure for each request; no text of a user is in a name or attribute."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import metrics, propagate, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from service.telemetry import NAME


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
