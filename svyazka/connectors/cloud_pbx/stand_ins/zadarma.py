"""Zadarma: signed notifications, a signed API that can only order a call."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from svyazka.connectors.cloud_pbx.stand_ins.telephone import Fields, Refusal, StandIn, Talk


def _sign(text: str, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest().encode()).decode()


@dataclass
class ZadarmaStandIn(StandIn):
    code: str = "zadarma"
    most_a_minute: int = 100

    def new_key(self) -> str:
        return f"in_{next(self._numbers):032x}"

    def _event(self, event: str, talk: Talk, signed: tuple[str, ...], **more: Any) -> None:
        numbers = (
            {"caller_id": talk.ours, "destination": talk.client}
            if talk.is_out
            else {"caller_id": talk.client, "called_did": talk.ours}
        )
        begun = f"{datetime.fromtimestamp(talk.begun, UTC):%Y-%m-%d %H:%M:%S}"
        given = {"event": event, "call_start": begun, "pbx_call_id": talk.key, **numbers, **more}
        signature = _sign("".join(str(given[name]) for name in signed), self.secret)
        self.send("", urlencode(given).encode(), signature=signature)

    def _in(self, event: str, talk: Talk, **more: Any) -> None:
        self._event(event, talk, ("caller_id", "called_did", "call_start"), **more)

    def _out(self, event: str, talk: Talk, **more: Any) -> None:
        phone = next(iter(talk.phones))
        self._event(event, talk, ("internal", "destination", "call_start"), internal=phone, **more)

    def tell_begun(self, talk: Talk) -> None:
        if talk.is_out:
            self._out("NOTIFY_OUT_START", talk)
        else:
            self._in("NOTIFY_START", talk)

    def tell_ring(self, talk: Talk, phone: str) -> None:
        self._in("NOTIFY_INTERNAL", talk, internal=phone)

    def tell_answer(self, talk: Talk, phone: str) -> None:
        if not talk.is_out:
            more = {"destination": phone, "internal": phone}
            self._event("NOTIFY_ANSWER", talk, ("caller_id", "destination", "call_start"), **more)

    def tell_passed_on(self, talk: Talk, by: str, to: str) -> None:
        self.tell_ring(talk, to)

    def tell_over(self, talk: Talk, why: str) -> None:
        more: Fields = {
            "duration": int(self.now - talk.answered) if talk.answered else 0,
            "disposition": {"missed": "no answer"}.get(why, why),
            "status_code": 16,
            "is_recorded": int(why == "answered"),
        }
        if why == "answered":
            more["call_id_with_rec"] = self.records_it(talk)
        if talk.is_out:
            self._out("NOTIFY_OUT_END", talk, **more)
        else:
            self._in("NOTIFY_END", talk, internal=talk.speaker, **more)
        if why == "answered":
            record = ("pbx_call_id", "call_id_with_rec")
            self._event("NOTIFY_RECORD", talk, record, call_id_with_rec=f"rec{talk.key}")

    def answer(self, method: str, path: str, query: Fields, headers: Fields, body: bytes) -> Any:
        if path.startswith("/v1/pbx/record/download/"):
            return self.opened(path, once=False)
        text = urlencode(dict(sorted(query.items())))
        digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
        if headers.get("authorization") != f"{self.login}:{_sign(path + text + digest, self.secret)}":
            raise Refusal(401, {"status": "error", "message": "Not authorized"})
        self.asked.append((path, query))
        if self.is_busy or len(self.asked) > self.most_a_minute:
            raise Refusal(429, {"status": "error", "message": "You exceeded the rate limit"})
        if path == "/v1/info/balance/":
            return {"status": "success", "balance": 10.34, "currency": "USD"}
        if path == "/v1/pbx/record/request/":
            return self._recording(query)
        if path != "/v1/request/callback/":
            raise Refusal(404, {"status": "error", "message": "Method not found"})
        if query["from"] not in self.phones:
            raise Refusal(400, {"status": "error", "message": "Wrong parameters"})
        self.dials(query["from"], query["to"])
        return {"status": "success", "from": query["from"], "to": query["to"], "time": int(self.now)}

    def _recording(self, query: Fields) -> Any:
        lasts = int(query.get("lifetime", "1800"))
        if not 180 <= lasts <= 5_184_000 or not (query.get("call_id") or query.get("pbx_call_id")):
            raise Refusal(400, {"status": "error", "message": "Wrong parameters"})
        if not self.gives_out:
            raise Refusal(403, {"status": "error", "message": "Forbidden"})
        records = [query["call_id"]] if "call_id" in query else [f"rec{query['pbx_call_id']}"]
        if not all(map(self.ready, records)):
            raise Refusal(404, {"status": "error", "message": "Call record not found"})
        till = f"{datetime.fromtimestamp(self.now + lasts, UTC):%Y-%m-%d %H:%M:%S}"
        links = [self.link_to("/v1/pbx/record/download/", record, lasts=lasts) for record in records]
        return {
            "status": "success",
            "lifetime_till": till,
            **({"link": links[0]} if "call_id" in query else {"links": links}),
        }
