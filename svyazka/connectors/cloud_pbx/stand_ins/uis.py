"""UIS: events as our templates ask for them, and JSON-RPC."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from svyazka.connectors.cloud_pbx.stand_ins.telephone import Fields, Refusal, StandIn, Talk


@dataclass
class UisStandIn(StandIn):
    code: str = "uis"
    secret: str = "token"  # noqa: S105  # of a stand-in
    employees: dict[int, str] = field(default_factory=lambda: {2345: "101", 2346: "102"})

    def _event(self, event: str, talk: Talk, phone: str = "", **more: Any) -> None:
        given = {
            "event": event,
            "call_session_id": int(talk.key),
            "notification_time": f"{datetime.fromtimestamp(self.now, UTC):%Y-%m-%d %H:%M:%S}.0",
            "direction": "out" if talk.is_out else "in",
            "contact_phone_number": talk.client,
            "virtual_phone_number": talk.ours,
            "employee_phone_number": phone,
            **more,
        }
        self.send("", json.dumps(given, ensure_ascii=False).encode(), kind="application/json; charset=utf-8")

    def tell_begun(self, talk: Talk) -> None:
        self._event("out" if talk.is_out else "in", talk, next(iter(talk.phones), ""))

    def tell_ring(self, talk: Talk, phone: str) -> None:
        self._event("ring", talk, phone)

    def tell_answer(self, talk: Talk, phone: str) -> None:
        if talk.is_out:
            self._event("ring", talk, phone)
        self._event("answer", talk, phone)

    def tell_passed_on(self, talk: Talk, by: str, to: str) -> None:
        self._event("talk_over", talk, by)
        self._event("ring", talk, to)

    def tell_over(self, talk: Talk, why: str) -> None:
        talked = int(self.now - talk.answered) if talk.answered else 0
        more = {"talk_time_duration": talked, "total_time_duration": int(self.now - talk.begun)}
        self._event("over" if talked else "lost", talk, talk.speaker, **more)
        if talked:
            self._event("record", talk, talk.speaker, file_link=f"https://app.uiscom.ru/{talk.key}.mp3")

    def answer(self, method: str, path: str, query: Fields, headers: Fields, body: bytes) -> Any:
        asked = json.loads(body)
        params = asked["params"]
        self.asked.append((asked["method"], params))
        if params.get("access_token") != self.secret:
            return self._error(asked, -32001, "access_token_invalid")
        method_of = {
            "list.calls": lambda _params: [],
            "start.employee_call": self._start,
            "hold.call": self._hold,
            "unhold.call": self._back,
            "make.call": self._make,
            "transfer.talk": self._transfer,
            "restore.talk": self._back,
            "release.call": self._release,
        }[asked["method"]]
        try:
            return {"jsonrpc": "2.0", "id": asked["id"], "result": {"data": method_of(params)}}
        except Refusal as refusal:
            return self._error(asked, -32602, str(refusal.said))

    def _error(self, asked: Fields, code: int, mnemonic: str) -> Fields:
        error = {"code": code, "message": mnemonic, "data": {"mnemonic": mnemonic}}
        return {"jsonrpc": "2.0", "id": asked["id"], "error": error}

    def _start(self, params: Fields) -> Fields:
        phone = self.employees.get(params["employee"]["id"])
        if phone is None:
            raise Refusal(200, "employee_not_found")
        talk = self.dials(phone, params["contact"])
        return {"call_session_id": int(talk.key) if talk else next(self._numbers)}

    def _talk(self, params: Fields) -> Talk:
        talk = self.talks.get(str(params["call_session_id"]))
        if talk is None:
            raise Refusal(200, "call_session_not_found")
        return talk

    def _hold(self, params: Fields) -> Fields:
        self._talk(params).asked = "?"
        return {"success": True}

    def _make(self, params: Fields) -> Fields:
        talk = self._talk(params)
        if not talk.asked:
            raise Refusal(200, "invalid_state")
        if params["to"] not in self.phones:
            raise Refusal(200, "no_active_phone_number")
        talk.asked = params["to"]
        if not self.is_deaf:
            self._event("ring", talk, talk.asked)
        return {"success": True}

    def _transfer(self, params: Fields) -> Fields:
        talk = self._talk(params)
        if talk.asked not in self.phones:
            raise Refusal(200, "invalid_state")
        if not self.is_deaf:
            self._event("talk_over", talk, talk.speaker)
            talk.phones[talk.speaker] = None
            talk.phones[talk.asked] = self.now
            self._event("answer", talk, talk.asked)
        talk.asked = ""
        return {"success": True}

    def _back(self, params: Fields) -> Fields:
        talk = self._talk(params)
        if not talk.asked:
            raise Refusal(200, "invalid_state")
        talk.asked = ""
        return {"success": True}

    def _release(self, params: Fields) -> Fields:
        self.ends(self._talk(params))
        return {"success": True}
