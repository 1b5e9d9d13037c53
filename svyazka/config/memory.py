"""What a process has loaded stays for its life."""

from __future__ import annotations

import gc


def settle() -> None:
    """After loading: Python need not walk through all of it again and again, which costs a tenth of every page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
