"""An archive has brought clients back who were erased since: they go again, before anybody can log in."""

from __future__ import annotations

from svyazka.business.personal_data import erasing, remembered
from svyazka.business.personal_data.models import Erasure


def erase_again() -> int:
    """How many it were. What fails here lets nobody in: it raises. Their acts the worker makes."""
    back = remembered.come_back()
    for erasure in back:
        while erasure.state == Erasure.State.WAITING:
            erasing.go_on_with(erasure)
        if erasure.state == Erasure.State.FAILED:
            raise RuntimeError(f"client {erasure.client_id} could not be erased again")
    return len(back)
