"""The words of the scorecard: what two records can have, or lack, in common. Screens have a sentence for each."""

from __future__ import annotations

from svyazka.engines.matching.letters import several

# From what speaks most for one client to what speaks most against it: refitting never turns a ladder round.
LADDERS: dict[str, tuple[str, ...]] = {
    "phone": ("phone.same", "phone.same_of_two", "phone.same_of_many", "phone.slip", "phone.other"),
    "email": (
        "email.same", "email.same_of_two", "email.same_of_many", "email.mailbox", "email.slip", "email.host",
        "email.other",
    ),
    "handle": ("handle.same", "handle.same_of_many", "handle.other"),
    "born": ("born.same", "born.slip", "born.other"),
    "inn": ("inn.same", "inn.other"),
    "first": ("first.same", "first.short", "first.slip", "first.initial", "first.near", "first.other"),
    "surname": (
        "surname.same", "surname.slip", "surname.sound", "surname.part", "surname.near", "surname.married",
        "surname.other",
    ),
    "patronymic": ("patronymic.same", "patronymic.initial", "patronymic.other"),
    "gender": ("gender.other",),
    "address": (
        "address.flat", "address.building", "address.near", "address.street", "address.part", "address.neighbour",
        "address.other",
    ),
    "company": ("company.same", "company.slip", "company.other"),
}  # fmt: skip
# What two fields say together and neither alone; of any sign.
TOGETHER = (
    "contact.second",  # two contacts in common
    "contact.named_so",  # a contact, and the name agrees
    "contact.other_name",  # a contact, and another first name: a family, an agent
    "contact.nameless",  # a contact, and one of the two has no name
    "contact.other_surname",  # a contact, and another surname: a number that was given out anew
    "contact.long_ago",  # a contact that was last seen years before, and no name agrees
    "contact.other_company",  # a contact, and another company
    "name.exchanged",  # the first name of one is the surname of the other
    "name.fathers",  # one is called as his father is, and of the other no father's name is known
    "name.alone",  # the name agrees, and nothing else does
    "surname.rare",  # times how much rarer than usual, in bits
    "first.rare",
    "company.rare",
)
PRIOR = "prior"
TERMS = (PRIOR, *(term for ladder in LADDERS.values() for term in ladder), *TOGETHER)
# Speak for one client, or against it, whatever the decisions seem to say.
FOR = several(
    "phone.same phone.same_of_two phone.same_of_many email.same email.same_of_two email.same_of_many "
    "handle.same born.same inn.same first.same surname.same patronymic.same address.flat company.same surname.rare "
    "first.rare company.rare"
)
AGAINST = several(
    "phone.other email.other handle.other born.other inn.other first.other surname.other patronymic.other gender.other "
    "address.other address.neighbour company.other contact.other_name contact.other_surname contact.long_ago "
    "contact.other_company name.fathers"
)
