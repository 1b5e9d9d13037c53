"""How much one address may put into the ledger through one form: junk must not fill it.

A first line only, and per process: each edge counts for itself, so behind several of them an address gets as many times
as much. What has to hold over all of them belongs to the proxy before them.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable

AT_ONCE = 60.0
A_SECOND = 2.0
BYTES_OF_ONE = 8 * 1024  # a larger body counts as several
MOST_REMEMBERED = 20_000

Whose = tuple[str, str]


class Limits:
    """Buckets that fill by themselves; each arrival takes out as much as it is large."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._buckets: dict[Whose, tuple[float, float]] = {}  # how much is left, and when that was so

    def seconds_to_wait(self, account: str, address: str, size: int) -> int:
        """0: come in, and it has been counted."""
        whose, now = (account, _house_of(address)), self._now()
        cost = 1 + size / BYTES_OF_ONE
        left, since = self._buckets.pop(whose, (AT_ONCE, now))
        left = min(AT_ONCE, left + (now - since) * A_SECOND)
        is_enough = left >= cost
        if len(self._buckets) >= MOST_REMEMBERED:
            self._buckets.pop(next(iter(self._buckets)))  # whoever has been quiet for longest
        self._buckets[whose] = (left - cost if is_enough else left, now)
        return 0 if is_enough else math.ceil((cost - left) / A_SECOND)


def _house_of(address: str) -> str:
    """One connection gets so many IPv6 addresses that each arrival could come from another one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and not found.ipv4_mapped:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address
