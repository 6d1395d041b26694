"""Secrets in messages are masked before anything is stored, logged or sent."""

import re

_PATTERNS = (
    r"\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{20,}",
    r"\bgithub_pat_[A-Za-z0-9_]{20,}",
    r"\bglpat-[A-Za-z0-9_-]{16,}",
    r"\bhf_[A-Za-z0-9]{20,}",
    r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",
    r"\bAIza[0-9A-Za-z_-]{30,}",
    r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+",
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|\Z)",
    r"\bBearer\s+[A-Za-z0-9._~+/-]{16,}=*",
    r"(?:password|passwd|pwd|passphrase|api[_-]?key|secret|access[_-]?key|account[_-]?key|auth[_-]?token"
    r"|access[_-]?token)[\w-]{0,20}[\"']?\s{0,3}(?:[:=]|=>)\s*(?:\"[^\"\n]{4,}\"|'[^'\n]{4,}'|[^\s,;\"']{6,})",
)
_SECRET = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS), re.S | re.I)
_IN_ADDRESS = re.compile(r"(?<=://)[^\s/:@]{1,100}:[^\s/@]{3,200}(?=@)")
"""User and password of an address such as `postgres://user:password@host/db`."""
MASK = "[secret removed]"


def mask_secrets(text: str) -> tuple[str, bool]:
    """`text` with keys, tokens and passwords replaced, and whether there were any.

    >>> mask_secrets("postgres://app:hunter22@db/x, api_key=abcdef123456, 2,000 tokens: fine")
    ('postgres://[secret removed]@db/x, [secret removed], 2,000 tokens: fine', True)
    """
    masked, count = _SECRET.subn(MASK, text)
    masked, more = _IN_ADDRESS.subn(MASK, masked)
    return masked, count + more > 0
