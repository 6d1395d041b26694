"""`stackwright serve`: the advisor over HTTP, with workers beside it."""

from argparse import Namespace

from tui.services import backend_of, crew_of, missing, office_of
from tui.settings import Settings


def run(arguments: Namespace, settings: Settings) -> int:
    try:
        from service.http.callers import Callers
        from service.http.desk import Desk
        from service.http.journal import keep_journal, note
        from service.http.limits import Limits
        from service.http.server import open_socket, serve
    except ImportError as error:
        raise missing("server", error) from error
    from service.backend import refuse_newer
    from service.loopback import key_is_needed
    from service.reception import Reception
    from service.telemetry import telemetry

    keep_journal()
    if settings.profile is not None:
        for remark in settings.profile_remarks():
            note("profile", remark=remark)
    asked = {name: getattr(settings, name) for name in ("requests_per_minute", "requests_at_once")}
    limits = Limits(**{name: value for name, value in asked.items() if value is not None})
    backend = backend_of(settings)
    with telemetry(), backend.opened() as store:
        refuse_newer(store)
        callers = Callers(store, key_is_needed(arguments.host, store))
        with open_socket(arguments.host, arguments.port) as listening, crew_of(settings) as crew:
            serve(Desk(Reception(store, office_of(settings)), callers, backend, crew, limits), listening)
    return 0
