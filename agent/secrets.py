"""Secrets in messages are masked before anything is stored, logged or sent."""

import re

_PATTERNS = (
    r"\b(?:sk|pk|rk)-[A-Za-z0-9_-]{16,}",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{20,}",
    r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    r"\bAIza[0-9A-Za-z_-]{30,}",
    r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----",
    r"(?i)\b(?:password|passwd|api[_-]?key|secret)\s*[:=]\s*[^\s,;]{6,}",
)
_SECRET = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS).replace("(?i)", ""), re.S | re.I)
MASK = "[secret removed]"


def mask_secrets(text: str) -> tuple[str, bool]:
    """`text` with keys, tokens and passwords replaced, and whether there were any."""
    masked, count = _SECRET.subn(MASK, text)
    return masked, count > 0
