"""What opens an account: a long-lived token, or OAuth, where each refresh token can be used once.

The new one is kept before the old one's successor is used for anything: lost, the integration has to be permitted anew.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from svyazka.business.moving_in.system import Access
from svyazka.connectors.amocrm import wire
from svyazka.kit.pace import Pace
from svyazka.kit.refusals import Refused


class Tokens:
    def __init__(self, base: str, access: Access, pace: Pace) -> None:
        self._base, self._access, self._pace = base, access, pace
        self._known = dict(access.given)

    def __repr__(self) -> str:
        return "Tokens()"

    def current(self) -> str:
        if token := self._known.get("token"):
            return token
        if not self._known.get("access_token"):
            self._exchange({"grant_type": "authorization_code", "code": self._known.get("code", "")})
        return self._known["access_token"]

    def renew(self) -> bool:
        """Whether there is another one now."""
        if self._known.get("token") or not self._known.get("refresh_token"):
            return False
        self._exchange({"grant_type": "refresh_token", "refresh_token": self._known["refresh_token"]})
        return True

    def _exchange(self, given: dict[str, str]) -> None:
        ours = {name: self._known.get(name, "") for name in ("client_id", "client_secret", "redirect_uri")}
        self._pace.wait()
        line = wire.line_to(self._base)
        try:
            answer = wire.asked(line, "POST", "/oauth2/access_token", {**ours, **given})
        finally:
            line.close()
        if answer.status in (400, 401, 403):
            raise Refused(_PERMIT_ANEW, fields={"code": _PERMIT_ANEW})
        tokens = {name: answer.said.get(name) for name in ("access_token", "refresh_token")}
        if answer.status != 200 or not all(isinstance(token, str) and token for token in tokens.values()):
            raise wire.refusal(answer, "oauth2")
        self._access.keep({name: str(token) for name, token in tokens.items()})
        self._known.update({name: str(token) for name, token in tokens.items()})


_PERMIT_ANEW = _(
    "amoCRM does not accept the code any more: it is good for twenty minutes, and once. Open the integration there,"
    " copy a new code, and enter it here."
)
