"""Told to end in whatever way, whoever has started something ends as with Ctrl-C: it is stopped on the way out.

Not for those that start nothing: a KeyboardInterrupt can be lost in what they import, and the signal alone cannot.
"""

from __future__ import annotations

import signal


def end_as_with_ctrl_c() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: object) -> None:
    """Not by raising SIGINT: a shell that starts something in the background has it ignored."""
    raise KeyboardInterrupt
