"""`paper_font.py SOURCE FAMILY WEIGHT TARGET`: one weight of a font, unpacked, under a name of its own.

Run by `setup.py` in the environment, where fonttools is.
"""

from __future__ import annotations

import sys

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

STYLES = {"400": "Regular", "600": "SemiBold"}


def main(source: str, family: str, weight: str, target: str) -> None:
    font = instancer.instantiateVariableFont(TTFont(source), {"wght": float(weight)})
    style = STYLES[weight]
    whole = f"{family} {style}"
    names = {1: family if style == "Regular" else whole, 2: "Regular", 4: whole, 6: whole.replace(" ", "")}
    names |= {16: family, 17: style}
    for number in (1, 2, 3, 4, 6, 16, 17, 21, 22, 25):
        font["name"].removeNames(nameID=number)
    for number, name in names.items():
        font["name"].setName(name, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = int(weight)
    font.flavor = None
    font.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
