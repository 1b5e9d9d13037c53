"""Sipuni: events 1 to 4 without any signature; an API that can only order a call."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from svyazka.connectors.cloud_pbx.stand_ins.telephone import Fields, Refusal, StandIn, Talk


@dataclass
class SipuniStandIn(StandIn):
    code: str = "sipuni"
    login: str = "070196"

    def new_key(self) -> str:
        return f"{int(self.now)}.{next(self._numbers)}"

    def _event(self, event: int, talk: Talk, phone: str = "", **more: Any) -> None:
        mine = {"type": 2, "num": f"{self.login}{phone}", "short": phone}
        theirs = {"type": 1, "num": talk.client, "short": talk.client}
        line = {"type": 1, "num": f"{talk.ours}_id265648", "short": f"{talk.ours}_id265648"}
        src, dst = (mine, theirs) if talk.is_out else (theirs, mine if phone else line)
        given: Fields = {
            "event": event,
            "call_id": talk.key,
            "timestamp": int(self.now),
            "channel": f"SIP/{self.login}-{event}",
            "user_id": self.login,
            "pbxdstnum": f"+{talk.client}" if talk.is_out else talk.ours,
            **{f"src_{name}": src[name] for name in ("type", "num")},
            **{f"dst_{name}": dst[name] for name in ("type", "num")},
            "short_src_num": src["short"],
            "short_dst_num": dst["short"],
            "treeName": "out" if talk.is_out else "in",
            **more,
        }
        self.send("", urlencode(given).encode())

    def tell_begun(self, talk: Talk) -> None:
        self._event(1, talk, next(iter(talk.phones), ""))

    def tell_ring(self, talk: Talk, phone: str) -> None:
        self._event(1, talk, phone)

    def tell_answer(self, talk: Talk, phone: str) -> None:
        self._event(3, talk, phone)

    def tell_passed_on(self, talk: Talk, by: str, to: str) -> None:
        times = {"call_start_timestamp": int(talk.begun), "call_answer_timestamp": int(talk.phones[by] or 0)}
        self._event(4, talk, by, status="ANSWER", transfer_from=by, **times)
        self.tell_ring(talk, to)

    def tell_over(self, talk: Talk, why: str) -> None:
        self._event(
            2,
            talk,
            talk.speaker,
            status={"answered": "ANSWER", "busy": "BUSY"}.get(why, "NOANSWER"),
            call_start_timestamp=int(talk.begun),
            call_answer_timestamp=int(talk.answered or 0),
            last_called=talk.speaker,
            call_record_link=f"https://sipuni.com/api/crm/record?id={talk.key}&hash=0",
        )

    def answer(self, method: str, path: str, query: Fields, headers: Fields, body: bytes) -> Any:
        if path == "/":
            return "<html></html>"
        form = {**query, **dict(parse_qsl(body.decode()))}
        self.asked.append((path, form))
        if path != "/api/callback/call_number":
            raise Refusal(404, {})
        words = [form.get(name, "") for name in ("antiaon", "phone", "reverse", "sipnumber", "user")]
        expected = hashlib.md5("+".join([*words, self.secret]).encode(), usedforsecurity=False).hexdigest()
        if form.get("hash") != expected or form.get("user") != self.login:
            return {"success": False, "message": "Wrong hash"}
        if form["sipnumber"] in self.phones:  # of a phone that is away nothing is ever told
            self.dials(form["sipnumber"], form["phone"])
        return {"success": True, "id": hashlib.md5(body, usedforsecurity=False).hexdigest()}
