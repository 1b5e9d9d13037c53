"""One message's words on one call, as events of the house.

The leg that carries the call's own key is whoever began it: the client, or, in a call out, our phone. So the other
side's leg is called by something else, and whether a call comes in or goes out is seen from the first leg alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from svyazka.business.calls.phone_system import CallEvent, Kind


@dataclass(frozen=True)
class Call:
    pbx_code: str
    key: str
    at: datetime
    is_out: bool = False

    def begins(self, *, client: str = "", ours: str = "", extension: str = "", leg: str = "") -> list[CallEvent]:
        numbers: dict[str, Any] = {"client_number": client, "our_number": ours}
        if not self.is_out:
            return [self._event(Kind.START, self.key, **numbers)]
        start = self._event(Kind.START, self.key, extension=extension)
        return [start, self._event(Kind.START, leg or self._client, **numbers)] if client else [start]

    def rings(self, extension: str = "", *, leg: str = "") -> CallEvent:
        """Our phone; in a call out the client's."""
        return self._of_called(Kind.RING, extension, leg)

    def answers(self, extension: str = "", *, leg: str = "", bridge: str = "") -> list[CallEvent]:
        """Whoever was called speaks with whoever called."""
        bridge = bridge or self.key
        return [
            self._of_called(Kind.ANSWER, extension, leg),
            self._of_called(Kind.JOIN, extension, leg, bridge=bridge),
            self._event(Kind.JOIN, self.key, bridge=bridge),
        ]

    def of_called(self, kind: Kind, extension: str = "", *, leg: str = "", **facts: Any) -> CallEvent:
        return self._of_called(kind, extension, leg, **facts)

    def of_caller(self, kind: Kind, **facts: Any) -> CallEvent:
        return self._event(kind, self.key, **facts)

    def ends(self, extension: str = "", *, leg: str = "", why: Kind = Kind.NO_ANSWER) -> list[CallEvent]:
        """Of the phone that was called. `why` counts only where it was not answered."""
        return [self._of_called(kind, extension, leg) for kind in (why, Kind.HANGUP)]

    def recorded(self, place: str) -> list[CallEvent]:
        return [self._event(Kind.RECORDING, self.key, recording=place)] if place else []

    def report(
        self, extension: str, *, client: str, ours: str, spoke_at: datetime | None, over_at: datetime
    ) -> list[CallEvent]:
        """Told at the end: corrects what was lost on the way, and overrides nothing that was heard."""
        leg = f"{self.key}~{extension}"
        events = self.begins(client=client, ours=ours, extension=extension, leg=leg)
        if spoke_at:
            whose = "" if self.is_out else extension
            events.append(self._event(Kind.SPOKE, leg, extension=whose, at=spoke_at))
        return [*events, self._event(Kind.OVER, self.key, at=over_at)]

    @property
    def _client(self) -> str:
        return f"{self.key}/client" if self.is_out else self.key

    def _of_called(self, kind: Kind, extension: str, leg: str, **facts: Any) -> CallEvent:
        if self.is_out:
            return self._event(kind, leg or self._client, **facts)
        return self._event(kind, leg or f"{self.key}/{extension}", extension=extension, **facts)

    def _event(self, kind: Kind, leg: str, *, at: datetime | None = None, **facts: Any) -> CallEvent:
        return CallEvent(self.pbx_code, self.key, kind, at or self.at, leg, **facts)
