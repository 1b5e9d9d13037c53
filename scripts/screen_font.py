"""`screen_font.py FILE LIGHTEST BOLDEST`: packs a font for the browser, with the weights between these two alone.

Run by `setup.py` in the environment, where fonttools is.
"""

from __future__ import annotations

import sys

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer


def main(path: str, lightest: str, boldest: str) -> None:
    font = instancer.instantiateVariableFont(TTFont(path), {"wght": (float(lightest), float(boldest))})
    font.flavor = "woff2"
    font.save(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
