"""MegaFon's virtual PBX: forms with a token both ways; asks who is ringing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from svyazka.connectors.cloud_pbx.stand_ins.telephone import Fields, Refusal, StandIn, Talk


@dataclass
class MegafonStandIn(StandIn):
    code: str = "megafon"
    secret: str = "token"  # noqa: S105  # of a stand-in

    def _form(self, given: Fields) -> None:
        self.send("", urlencode({**given, "crm_token": self.secret}).encode())

    def _event(self, kind: str, talk: Talk, phone: str, **more: Any) -> None:
        self._form(
            {
                "cmd": "event",
                "type": kind,
                "callid": talk.key,
                "phone": talk.client,
                "user": f"user{phone}",
                "ext": phone,
                "diversion": talk.ours,
                "direction": "out" if talk.is_out else "in",
                **more,
            }
        )

    def asks_who(self, client: str) -> bytes:
        return urlencode({"cmd": "contact", "phone": client, "callid": "1", "crm_token": self.secret}).encode()

    def tell_begun(self, talk: Talk) -> None:
        if talk.is_out:
            self._event("OUTGOING", talk, next(iter(talk.phones)))

    def tell_ring(self, talk: Talk, phone: str) -> None:
        self._event("INCOMING", talk, phone)

    def tell_answer(self, talk: Talk, phone: str) -> None:
        self._event("ACCEPTED", talk, phone)

    def tell_passed_on(self, talk: Talk, by: str, to: str) -> None:
        self._event("TRANSFERRED", talk, by)
        self.tell_ring(talk, to)

    def tell_over(self, talk: Talk, why: str) -> None:
        self._event("COMPLETED" if talk.answered else "CANCELLED", talk, talk.speaker)
        wait = int((talk.answered or self.now) - talk.begun)
        self._form(
            {
                "cmd": "history",
                "type": "out" if talk.is_out else "in",
                "callid": talk.key,
                "phone": talk.client,
                "user": f"user{talk.speaker}",
                "ext": talk.speaker,
                "diversion": talk.ours,
                "start": f"{datetime.fromtimestamp(talk.begun, UTC):%Y%m%dT%H%M%SZ}",
                "wait": wait,
                "duration": int(self.now - talk.begun) - wait,
                "status": {"answered": "Success", "busy": "Busy"}.get(why, "missed"),
                **({"link": f"https://records.megapbx.ru/{talk.key}.mp3"} if why == "answered" else {}),
            }
        )

    def answer(self, method: str, path: str, query: Fields, headers: Fields, body: bytes) -> Any:
        form = {**query, **dict(parse_qsl(body.decode()))}
        self.asked.append((path, form))
        if path != "/sys/crm_api.wcgp":
            raise Refusal(404, {})
        if form.get("token") != self.secret:
            raise Refusal(401, {"error": "Invalid token"})
        if form.get("cmd") == "accounts":
            return [{"name": f"user{phone}", "ext": phone} for phone in sorted(self.phones)]
        if form.get("cmd") != "makeCall":
            raise Refusal(400, {"error": "Invalid parameters: [cmd]"})
        if form["user"] not in self.phones or not form["phone"].isdigit():
            raise Refusal(400, {"error": "Invalid parameters: [user]"})
        talk = self.dials(form["user"], form["phone"])
        return talk.key if talk else self.new_key()
