"""Why something is changed where no person decides it at this moment: a rule of the company acts, or it comes out of a
file or another system. `record` writes it beside the change, so that rules know what came of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Because:
    run_id: int | None = None  # of the rule that acts (automation.Run)
    rule: str = ""  # as it is called
    is_brought: bool = False  # it has happened elsewhere, and is only written down here


_SOMEBODY = Because()
_REASON: ContextVar[Because] = ContextVar("because", default=_SOMEBODY)


def now() -> Because:
    return _REASON.get()


@contextmanager
def of_run(run_id: int, rule: str) -> Iterator[None]:
    with _reason(Because(run_id=run_id, rule=rule)):
        yield


@contextmanager
def brought_along() -> Iterator[None]:
    with _reason(Because(is_brought=True)):
        yield


@contextmanager
def _reason(reason: Because) -> Iterator[None]:
    token = _REASON.set(reason)
    try:
        yield
    finally:
        _REASON.reset(token)
