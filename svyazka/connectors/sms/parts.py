"""Into how many messages of the network a text goes: that is what is paid for (3GPP TS 23.038 and 23.040)."""

from __future__ import annotations

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("\f^{}\\[~]|€")  # each takes two places
SEVEN_BIT = (160, 153)  # alone, and as one of several
SIXTEEN_BIT = (70, 67)


def parts_of(text: str) -> int:
    """Cyrillic letters halve what fits, and one of them is enough."""
    if all(letter in _BASIC or letter in _TWICE for letter in text):
        return _split([1 + (letter in _TWICE) for letter in text], *SEVEN_BIT)
    return _split([len(letter.encode("utf-16-le")) // 2 for letter in text], *SIXTEEN_BIT)


def _split(places: list[int], alone: int, together: int) -> int:
    """What takes two places is never cut in two."""
    if sum(places) <= alone:
        return 1
    count, left = 1, together
    for size in places:
        if size > left:
            count, left = count + 1, together
        left -= size
    return count
