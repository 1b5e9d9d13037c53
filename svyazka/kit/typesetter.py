"""`python -m svyazka.kit.typesetter`: a template and its data come in as JSON, a PDF goes out.

Started by `paper.py`: what takes more memory or time than it may ends this process and nothing else.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

MOST_MEMORY = 1536 * 1024 * 1024
MOST_SECONDS = 30  # of the processor
FONTS = Path(__file__).parent / "fonts"
UNSOUND = 3


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    given = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(_set(given["template"], given["data"]))


def _set(template: str, data: str) -> bytes:
    import typst

    given: Any = template.encode()
    fonts: Any = str(FONTS)

    try:
        # No file of the machine is within reach of a template but the fonts.
        made = typst.compile(
            given,
            root=fonts,
            sys_inputs={"data": data},
            font_paths=[fonts],
            ignore_system_fonts=True,
            format="pdf",
        )
    except typst.TypstError as fault:
        # Where it went wrong, never what stands in the paper.
        print(str(fault.message)[:200], file=sys.stderr)
        sys.exit(UNSOUND)
    return bytes(made)


if __name__ == "__main__":
    main()
