"""What was pressed is read back, newest first, from both kinds of store."""

from service.backend import Backend
from service.feedback import feedback


def test_newest_first_with_what_it_is_about(backend: Backend) -> None:
    with backend.opened() as store:
        assert feedback(store) == []
        session = store.create({}, "ada")
        for turn, message in enumerate(("RAG", "just recommend"), 1):
            store.accept(session, message)
            with store.transaction() as rows:
                rows(
                    "INSERT INTO feedback (session, turn, sender, verdict, changed)"
                    " VALUES (:id, :turn, 'U1', 'good', :turn)",
                    id=session,
                    turn=turn,
                )
        assert [(each.turn, each.message, each.changed) for each in feedback(store)] == [
            (2, "just recommend", 2.0),
            (1, "RAG", 1.0),
        ]
