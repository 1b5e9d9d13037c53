"""Mango Office: signed forms to `events/…`, signed commands, results by number."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from svyazka.connectors.cloud_pbx.fields import fields_of
from svyazka.connectors.cloud_pbx.stand_ins.telephone import Fields, Refusal, StandIn, Talk


@dataclass
class MangoStandIn(StandIn):
    code: str = "mango"
    later: int = 1000  # what it says after it has accepted a command
    not_ready: tuple[int, Any] = (404, {})  # how it says that is not documented
    wrong: list[float] = field(default_factory=list)  # when it was asked wrongly

    def _event(self, path: str, given: Fields) -> None:
        text = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
        sign = hashlib.sha256((self.login + text + self.secret).encode()).hexdigest()
        self.send(path, urlencode({"vpbx_api_key": self.login, "sign": sign, "json": text}).encode())

    def _call(self, talk: Talk, leg: str, state: str, *, seq: int, phone: str = "", **more: Any) -> None:
        ours = {"extension": phone, "number": f"sip:user{phone}@vpbx.mangosip.ru"}
        theirs = {"number": talk.client}
        given: Fields = {
            "entry_id": talk.key,
            "call_id": leg,
            "timestamp": int(self.now),
            "seq": seq,
            "call_state": state,
            "location": "abonent" if phone else "ivr",
            "from": ours if talk.is_out else {**theirs, **more.pop("taken", {})},
            "to": {**(theirs if talk.is_out else ours if phone else {}), "line_number": talk.ours},
            **more,
        }
        self._event("events/call", given)

    def tell_begun(self, talk: Talk) -> None:
        if talk.is_out:
            self._call(talk, f"{talk.key}:1", "Appeared", seq=1, phone=next(iter(talk.phones)))
        else:
            self._call(talk, f"{talk.key}:0", "Appeared", seq=1)

    def tell_ring(self, talk: Talk, phone: str) -> None:
        taken = {"taken_from_call_id": f"{talk.key}:0"}
        self._call(talk, f"{talk.key}:{phone}", "Appeared", seq=1, phone=phone, taken=taken)

    def tell_answer(self, talk: Talk, phone: str) -> None:
        leg = f"{talk.key}:1" if talk.is_out else f"{talk.key}:{phone}"
        self._call(talk, leg, "Connected", seq=2, phone=phone)

    def tell_passed_on(self, talk: Talk, by: str, to: str) -> None:
        more = {"disconnect_reason": 1120, "transfer": "blind"}
        self._call(talk, f"{talk.key}:{by}", "Disconnected", seq=3, phone=by, **more)
        self.tell_ring(talk, to)

    def tell_over(self, talk: Talk, why: str) -> None:
        reason = {"busy": 1121, "missed": 1111}.get(why, 1110)
        speaker = talk.speaker
        leg = f"{talk.key}:1" if talk.is_out else f"{talk.key}:{speaker}"
        self._call(talk, leg, "Disconnected", seq=4, phone=speaker, disconnect_reason=reason)
        ours, theirs = {"extension": speaker, "number": "sip:x@y"}, {"number": talk.client}
        summary = {
            "entry_id": talk.key,
            "call_direction": 2 if talk.is_out else 1,
            "from": ours if talk.is_out else theirs,
            "to": theirs if talk.is_out else ours,
            "line_number": talk.ours,
            "create_time": int(talk.begun),
            "forward_time": int(talk.begun),
            "talk_time": int(talk.answered or 0),
            "end_time": int(self.now),
            "entry_result": int(why == "answered"),
            "disconnect_reason": reason,
        }
        self._event("events/summary", summary)
        if why == "answered":
            added = {"entry_id": talk.key, "product_id": 1, "user_id": 7, "recording_id": self.records_it(talk)}
            self._event("events/record/added", {**added, "timestamp": int(self.now) + 1})

    def answer(self, method: str, path: str, query: Fields, headers: Fields, body: bytes) -> Any:
        if method == "GET" and path.startswith("/files/"):
            return self.opened(path, once=True)
        form = fields_of(body)
        text = form.get("json", "")
        sign = hashlib.sha256((self.login + text + self.secret).encode()).hexdigest()
        if form.get("vpbx_api_key") != self.login or form.get("sign") != sign or self._is_locked():
            self.wrong.append(self.now)
            raise Refusal(401, {"name": "Unauthorized", "message": "", "code": 3102, "status": 401})
        given = json.loads(text)
        self.asked.append((path, given))
        if self.is_busy:
            raise Refusal(429, {"message": "Rate limit exceeded"})
        name = path.removeprefix("/vpbx/")
        if name == "queries/recording/post":
            return self._recording(given)
        if name == "config/users/request":
            return {"users": [{"telephony": {"extension": phone}} for phone in sorted(self.phones)]}
        asked = {
            "commands/callback": self._callback,
            "commands/transfer": self._transfer,
            "commands/calls_connect": self._connect,
            "commands/transfer_cancel": self._come_back,
            "commands/call/hangup": self._hang_up,
        }.get(name)
        if asked is None:
            raise Refusal(404, {})
        return {"result": asked(given)}

    def _is_locked(self) -> bool:
        """Whoever has asked wrongly twice within two minutes is not listened to for two minutes."""
        return len(self.wrong) > 1 and self.wrong[-1] - self.wrong[-2] < 120 and self.now - self.wrong[-1] < 120

    def _recording(self, given: Fields) -> Any:
        if given.get("action") not in ("download", "play") or "recording_id" not in given:
            return {"result": 3103}
        if not self.gives_out:
            return {"result": 5008}
        if not self.ready(given["recording_id"]):
            status, said = self.not_ready
            if status == 200:
                return said
            raise Refusal(status, said)
        # Good for a moment, and for the first who comes.
        raise Refusal(302, {}, Location=self.link_to("/files/", given["recording_id"], lasts=60))

    def _callback(self, given: Fields) -> int:
        phone = given["from"]["extension"]
        if phone not in self.phones:
            return 3100
        self._event("result/callback", {"command_id": given.get("command_id", ""), "result": self.later})
        if self.later == 1000:
            self.dials(phone, given["to_number"])
        return 1000

    def _talk(self, leg: str) -> Talk | None:
        return self.talks.get(leg.partition(":")[0])

    def _transfer(self, given: Fields) -> int:
        talk = self._talk(given["call_id"])
        if talk is None or given["initiator"] != talk.speaker:
            return 3300
        if self.is_deaf:
            return 1000
        if given["method"] == "blind":
            self.passes_on(talk, given["to_number"])
            return 1000
        talk.asked = given["to_number"]
        self._call(talk, given["call_id"], "OnHold", seq=3, phone=talk.speaker)
        self._inner(talk, "Appeared", seq=1)
        self._inner(talk, "Connected", seq=2)
        return 1000

    def _inner(self, talk: Talk, state: str, *, seq: int, **more: Any) -> None:
        given = {
            "entry_id": talk.key,
            "call_id": f"{talk.key}:{talk.asked}",
            "timestamp": int(self.now),
            "seq": seq,
            "call_state": state,
            "location": "abonent",
            "from": {"extension": talk.speaker, "taken_from_call_id": f"{talk.key}:{talk.speaker}"},
            "to": {"extension": talk.asked},
            **more,
        }
        self._event("events/call", given)

    def _connect(self, given: Fields) -> int:
        talk = self._talk(given["holded_call_id"])
        if talk is None or given["transferred_call_id"] != f"{talk.key}:{talk.asked}":
            return 3300
        speaker, to, talk.asked = talk.speaker, talk.asked, ""
        more = {"disconnect_reason": 1120, "transfer": "consultative"}
        self._call(talk, f"{talk.key}:{speaker}", "Disconnected", seq=4, phone=speaker, **more)
        talk.phones[speaker], talk.phones[to] = None, self.now
        taken = {"taken_from_call_id": f"{talk.key}:{speaker}"}
        self._call(talk, f"{talk.key}:{to}", "Connected", seq=3, phone=to, taken=taken)
        return 1000

    def _come_back(self, given: Fields) -> int:
        talk = self._talk(given["call_id"])
        if talk is None or not talk.asked:
            return 3300
        self._inner(talk, "Disconnected", seq=3, disconnect_reason=1110)
        talk.asked = ""
        self._call(talk, given["call_id"], "Connected", seq=5, phone=talk.speaker)
        return 1000

    def _hang_up(self, given: Fields) -> int:
        talk = self._talk(given["call_id"])
        if talk is None:
            return 3300
        self.ends(talk)
        return 1000
