"""How much one address may put into the ledger through one form, for junk must not fill it; and how often it may show
a wrong secret.

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
WRONG_AT_ONCE = 20.0  # secrets that do not fit: a slip of whoever sets a system up, not somebody who guesses
WRONG_A_SECOND = 0.2
# What is taken, but held to be no person's: of one address through one form, and with one phone. Behind one address of
# a mobile network are many people, and one of them may try again.
OFTEN_AT_ONCE = 30.0
OFTEN_A_SECOND = 1 / 30
SAME_AT_ONCE = 8.0
SAME_A_SECOND = 1 / 600
BYTES_OF_ONE = 8 * 1024  # a larger body counts as several
MOST_REMEMBERED = 20_000

Whose = tuple[str, str]


class Limits:
    """Buckets that fill by themselves; each arrival takes out as much as it is large."""

    def __init__(self, at_once: float, a_second: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._a_second, self._now = at_once, a_second, now
        self._buckets: dict[Whose, tuple[float, float]] = {}  # how much is left, and when that was so

    def seconds_to_wait(self, account: str, address: str, size: int) -> int:
        """0: come in, and it has been counted."""
        cost = 1 + size / BYTES_OF_ONE
        wait = self.look(account, address, cost)
        if not wait:
            self.count(account, address, cost)
        return wait

    def look(self, account: str, address: str, cost: float = 1) -> int:
        """How many seconds until there is so much; nothing is counted."""
        left = self._take_out(account, address, 0)
        return 0 if left >= cost else math.ceil((cost - left) / self._a_second)

    def count(self, account: str, address: str, cost: float = 1) -> None:
        self._take_out(account, address, cost)

    def _take_out(self, account: str, address: str, cost: float) -> float:
        """What is left then."""
        whose, now = (account, _house_of(address)), self._now()
        left, since = self._buckets.pop(whose, (self._at_once, now))
        left = max(min(self._at_once, left + (now - since) * self._a_second) - cost, 0)
        if len(self._buckets) >= MOST_REMEMBERED:
            self._buckets.pop(next(iter(self._buckets)))  # whoever has been quiet for longest
        self._buckets[whose] = (left, now)
        return left


def _house_of(address: str) -> str:
    """One connection gets so many IPv6 addresses that each arrival could come from another one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and not found.ipv4_mapped:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return address
