"""Text on its way into and out of Slack: nothing that somebody wrote may call people, link or format there."""

import re

_ENTITY = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_MARKS = re.compile(r"([\\`*_~\[\]#|])")
_CALLS = re.compile(r"@(?=\w)")
_LINKS = re.compile(r"(?<=\w)(?=://)|(?<=\bwww)(?=\.)", re.IGNORECASE)
GAP = "\u2060"
"""Word joiner: without width, and nothing that contains it is a link or a name."""


def heard(text: str, me: str = "") -> str:
    """What a person wrote: Slack's marks as the words that they stand for, without the mention of us.

    >>> heard("<@U1> 200 users &amp; <https://x.test|docs> for <@U2>, <!here>", me="U1")
    '200 users & docs for @U2, @here'
    """
    plain = _ENTITY.sub(lambda found: _words(found, me), text)
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plain = plain.replace(entity, letter)
    return plain.strip()


def _words(found: "re.Match[str]", me: str) -> str:
    kind, value, label = found.groups()
    if kind == "@":
        return "" if value == me else f"@{label or value}"
    if kind == "#":
        return f"#{label or value}"
    if kind == "!":
        return label or f"@{value.partition('^')[0]}"
    return label or value


def escaped(text: str) -> str:
    """Text for Slack that stays what it is: no mention, no special word, no link.

    >>> escaped("<!channel> 3 < 4 & <@U1>")
    '&lt;!channel&gt; 3 &lt; 4 &amp; &lt;\u2060@U1&gt;'
    """
    for letter, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(letter, entity)
    return _LINKS.sub(GAP, _CALLS.sub(f"{GAP}@", text))


def markdown(text: str) -> str:
    """The same where Markdown is read: its marks stay letters.

    >>> markdown("a_b *c* [d](http://e)")
    'a\\\\_b \\\\*c\\\\* \\\\[d\\\\](http\u2060://e)'
    """
    return escaped(_MARKS.sub(r"\\\1", text))


def shortened(text: str, most: int) -> str:
    """
    >>> shortened("a long label", 8)
    'a long…'
    """
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}…"


def pieces(text: str, most: int) -> list[str]:
    """The text cut at paragraphs, else lines, else words, into pieces of at most `most` characters; none is lost.

    >>> pieces("one\\n\\ntwo three", 7)
    ['one\\n\\n', 'two ', 'three']
    """
    found = []
    while len(text) > most:
        head = text[:most]
        cut = next((at + len(mark) for mark in ("\n\n", "\n", " ") if (at := head.rfind(mark)) > 0), most)
        found.append(text[:cut])
        text = text[cut:]
    return [*found, text] if text or not found else found
