"""The packaged prices under catalogues of a test's own."""

from typing import Any

from knowledge import Knowledge
from knowledge.records import Component

WORKLOAD: dict[str, Any] = {
    "chunks": 1e6, "dims": 768, "requests_per_month": 1e6, "requests_per_day": 33_000, "tenants": 1,
    "peak_rps": 2.0, "team_engineers": 4, "input_tokens": 2000, "output_tokens": 300,
}  # fmt: skip


class Priced(Knowledge):
    """The packaged prices under a catalogue of the test's own."""

    def __init__(self, *components: Component) -> None:
        super().__init__()
        self.__dict__["components"] = {item.id: item for item in components}


def component(identity: str = "some-product", **changes: Any) -> Component:
    base: dict[str, Any] = {
        "id": identity, "name": identity.title(), "slots": ("sto.vector_db",), "vendor": "Maker",
        "licence": "MIT",
        "licence_class": "permissive", "licence_basis": "test", "modes": {"self_vm"}, "status": "active",
        "maturity": "established_oss", "vendor_type": "community", "ops_complexity": 3,
        "exit_path": "export_open_format", "url": "https://example.org",
    }  # fmt: skip
    return Component.model_validate({**base, **changes})
