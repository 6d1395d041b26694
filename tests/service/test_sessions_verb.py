"""`stackwright sessions --database`: the consultations of the services, where an operator looks for them."""

import pytest

from service.backend import Backend
from tui.main import main


def test_consultations_in_a_database_are_listed_shown_and_deleted(
    postgres_url: str, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = str(tmp_path_factory.mktemp("empty"))
    with Backend(url=postgres_url).opened() as store:
        kept, gone = (store.create({}, "ada", name) for name in ("kept-1", "gone-1"))
        for session in (kept, gone):
            turn = store.accept(session, f"RAG for {session}").turn
            store.finish(session, turn, {"text": "Noted."}, "interviewing", f"RAG for {session}", "")

    def run(*words: str) -> str:
        assert main(["sessions", *words, "--database", postgres_url, "--data-dir", folder]) == 0
        return capsys.readouterr().out

    assert all(session in run("list") for session in (kept, gone))
    assert "RAG for gone-1" in run("show", gone)
    run("delete", gone)
    assert gone not in run("list")
    assert kept in run("list")
    with Backend(url=postgres_url).opened() as store:
        assert store.turns(gone) == []
