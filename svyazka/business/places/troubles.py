"""What goes wrong with a server of others, in words. They are kept by their names: words are for people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TROUBLES: dict[str, Promise] = {
    "no_address": _("Where does the server stand? Its address is missing."),
    "unreachable": _("Nobody answers at this address, or not in time."),
    "no_key": _("It wants a key. Enter the one from your account there."),
    "wrong_key": _("The key is not accepted there."),
    "no_money": _("The account is used up for today, or empty."),
    "too_often": _("The server asks us to come less often."),
    "forbidden": _("The server has shut us out. Its operator says why."),
    "not_understood": _("Somebody answers there, but not as this kind of server does. Is the address right?"),
    "no_map": _("The server has no map of this place. It was built from another region."),
}
# Asking again would change nothing until a person has seen to it.
OF_PEOPLE = frozenset({"no_address", "no_key", "wrong_key", "no_money", "forbidden", "not_understood"})


class Trouble(Exception):
    """It cannot be asked now. `why`: a key of TROUBLES."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def in_words(why: str) -> str:
    return str(TROUBLES.get(why, why))
