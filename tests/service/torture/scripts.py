"""What the people of a torture run say: short consultations of different kinds."""

SCRIPTS: tuple[tuple[str, ...], ...] = (
    (
        "We want a RAG assistant over 50,000 documents on AWS. Budget 5,000 USD a month.",
        "GDPR applies, EU only",
        "Three engineers",
        "I don't know",
        "what is TTFT?",
        "400 users, staff",
        "just recommend",
        "why not Pinecone?",
        "/undo",
        "No, five engineers",
    ),
    (
        "Fraud scoring for card payments, 3,000 events per second, 50 ms at p95",
        "Two data scientists and four engineers",
        "skip",
        "on premises",
        "just recommend",
        "how sure are you?",
        "what if the budget were 20,000 USD a month?",
        "thanks",
    ),
    (
        "hello",
        "We transcribe 2,000 hours of calls a month",
        "the answer may take a night",
        "HIPAA",
        "what does it cost?",
        "just recommend",
    ),
)


def script(number: int) -> tuple[str, ...]:
    """What is said in session `number`."""
    return SCRIPTS[number % len(SCRIPTS)]


def session_name(number: int) -> str:
    return f"torture-{number}"


def key(number: int, place: int) -> str:
    """The delivery key of a message."""
    return f"{number}/{place}"
