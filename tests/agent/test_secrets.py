"""Keys and passwords in what people write are masked, and nothing else."""

import pytest

from agent.secrets import MASK, mask_secrets

SECRETS = (
    "sk-proj-abcdefghijklmnop1234567890",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "xoxb-1234567890-abcdefghij",
    "hf_abcdefghijklmnopqrstuvwxyz",
    "postgres://app:hunter2secret@db.internal/main",
    "password: hunter2secret",
    'client_secret="hunter2 secret"',
    "Authorization: Bearer abcdefghijklmnopqrstuvwxyz.0123",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEabcdef\n-----END RSA PRIVATE KEY-----",
)


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_masked(secret: str) -> None:
    masked, found = mask_secrets(f"Use this: {secret} and answer in 2 s")
    assert found
    assert MASK in masked
    for part in ("hunter2", "abcdefghij", "IOSFODNN7", "MIIE"):
        assert part not in masked
    assert masked.endswith("and answer in 2 s")


@pytest.mark.parametrize(
    "text", ["500,000 tokens a day", "the secret of low latency", "tokens: 3,000", "https://host:8443/x@y"]
)
def test_ordinary_text_is_no_secret(text: str) -> None:
    assert mask_secrets(text) == (text, False)
