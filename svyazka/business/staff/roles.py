"""Who may: each right, and how far it reaches for each role of the house.

A right that a role is not named under is refused. A company adds roles and changes what one may, on its screen: that
stands in CompanyRole and counts before what is written here. One decorator asks at the door of every page and endpoint
(`workplaces/shared/door.py`), one test walks every address with every role.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import CompanyRole, Person, Role


class Reach(IntEnum):
    NONE = 0
    OWN = 1  # what the person is responsible for, or is booked on
    DEPARTMENT = 2
    ALL = 3


REACHES = {
    Reach.NONE: _("no"),
    Reach.OWN: _("own"),
    Reach.DEPARTMENT: _("of the department"),
    Reach.ALL: _("all"),
}
_OFFICE = (Role.OPERATOR, Role.MANAGER, Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR)
_FIELD = (Role.ENGINEER, Role.CREW)


def _all(*roles: Role) -> dict[str, Reach]:
    return dict.fromkeys(roles, Reach.ALL)


RIGHTS: dict[str, dict[str, Reach]] = {
    # Everybody who is logged in: own profile, own sessions, language.
    "own.account": _all(*_OFFICE, *_FIELD),
    # The office: clients, history, search, live queue.
    "clients.see": _all(*_OFFICE),
    "clients.change": _all(Role.OPERATOR, Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR),
    # The whole base, looked through for clients who are one; what is certain is merged at once.
    "duplicates.search": _all(Role.HEAD, Role.ADMINISTRATOR),
    # From which probability on a request is attached to a client by itself, and by which weights that is said.
    "duplicates.weigh": _all(Role.HEAD, Role.ADMINISTRATOR),
    # To which words clients agree: processing of their data, advertising, recording.
    "consents.write": _all(Role.HEAD, Role.ADMINISTRATOR),
    # All that is known of a client, as a file for him: he has asked for it in writing.
    "personal_data.export": _all(Role.HEAD, Role.ADMINISTRATOR),
    # A client is made unrecoverable, and what shows it.
    "personal_data.erase": _all(Role.HEAD, Role.ADMINISTRATOR),
    # Who has seen, changed or taken out what of clients, as a file.
    "personal_data.log": _all(Role.CONTROLLER, Role.ADMINISTRATOR),
    "queue.see": _all(*_OFFICE),
    "requests.take": _all(Role.OPERATOR, Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR),
    "calls.take": _all(Role.OPERATOR, Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR),
    # The wallboard: calls that wait, states of the people, service level; of one's own queues, or of all.
    "floor.see": {
        **_all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
        **dict.fromkeys((Role.OPERATOR, Role.MANAGER), Reach.DEPARTMENT),
    },
    # Ends a colleague's forgotten break.
    "floor.change": _all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
    # What was said: to hear it, to take it out of the house as a file, to keep it beyond its time.
    "recordings.listen": {
        **_all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
        Role.MANAGER: Reach.DEPARTMENT,
        Role.OPERATOR: Reach.OWN,
    },
    "recordings.export": _all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
    "recordings.keep": _all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
    # Whom we do not ring: the whole list, and ringing all the same, with a reason.
    "calls.override": _all(Role.HEAD, Role.ADMINISTRATOR),
    "deals.see": _all(*_OFFICE),
    "deals.change": {
        **_all(Role.OPERATOR, Role.HEAD, Role.ADMINISTRATOR),
        Role.MANAGER: Reach.DEPARTMENT,
    },
    # What leaves the house as a file.
    "deals.export": _all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
    # What comes in as a file: values of many deals and clients at once.
    "values.import": _all(Role.HEAD, Role.ADMINISTRATOR),
    # Clients and deals that a company brings along from elsewhere.
    "clients.move_in": _all(Role.HEAD, Role.ADMINISTRATOR),
    # Leads that nobody has: who gets them, and what becomes of a colleague's deals.
    "leads.distribute": _all(Role.HEAD, Role.ADMINISTRATOR),
    "problems.see": {
        **_all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
        Role.MANAGER: Reach.DEPARTMENT,
        Role.OPERATOR: Reach.OWN,
    },
    # How hand-offs between the departments go, in figures.
    "hand_offs.see": _all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
    # Tasks: one's own and those one has given; besides them those of deals that one may change.
    "tasks.do": {
        **_all(Role.OPERATOR, Role.HEAD, Role.ADMINISTRATOR),
        Role.MANAGER: Reach.DEPARTMENT,
        **dict.fromkeys((Role.CONTROLLER, *_FIELD), Reach.OWN),
    },
    # The calling list: one's own calls, those of the department, of all.
    "calling.do": {
        **_all(Role.OPERATOR, Role.HEAD, Role.ADMINISTRATOR),
        Role.MANAGER: Reach.DEPARTMENT,
    },
    # Everybody of the office answers what he was asked.
    "questions.see": {
        **_all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
        **dict.fromkeys((Role.OPERATOR, Role.MANAGER), Reach.OWN),
    },
    "questions.ask": _all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
    # Lets a deal go on before the answer.
    "questions.release": _all(Role.HEAD, Role.ADMINISTRATOR),
    "visits.see": {**_all(*_OFFICE), **dict.fromkeys(_FIELD, Reach.OWN)},
    "visits.book": _all(Role.OPERATOR, Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR),
    # Files on deals, clients and visits; whoever works on site: those of his visits.
    "files.see": {**_all(*_OFFICE), **dict.fromkeys(_FIELD, Reach.OWN)},
    "files.change": {
        **_all(Role.OPERATOR, Role.HEAD, Role.ADMINISTRATOR),
        Role.MANAGER: Reach.DEPARTMENT,
        **dict.fromkeys(_FIELD, Reach.OWN),
    },
    # What production gets: the table of agreed openings, and what of it is ordered.
    "agreements.order": _all(Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR),
    # Days planned anew: somebody is ill, one runs late; by the house itself, looked at, taken over, undone.
    "visits.plan": _all(Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR),
    # An address at which a calendar program reads visits: of any resource, or of all of them.
    "calendars.give": _all(Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR),
    # Work on site: on my way, started, done, note and photo.
    "visits.carry_out": dict.fromkeys(_FIELD, Reach.OWN),
    # What clients have paid and pay on site, the costs of materials: the whole house's, or of one's own department.
    "payments.see": {**_all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR), Role.MANAGER: Reach.DEPARTMENT},
    "payments.correct": _all(Role.HEAD, Role.ADMINISTRATOR),
    "payments.export": _all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
    # What clients owe and have paid: the whole house's, or of the deals of one's own department.
    "money.see": {**_all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR), Role.MANAGER: Reach.DEPARTMENT},
    "money.enter": {**_all(Role.HEAD, Role.ADMINISTRATOR), Role.MANAGER: Reach.DEPARTMENT},
    # Money that was paid online goes back to the client.
    "money.refund": _all(Role.HEAD, Role.ADMINISTRATOR),
    # What banks say came in: their files, and whose money each payment is.
    "money.statements": _all(Role.HEAD, Role.ADMINISTRATOR),
    # Until which day nothing is changed any more, and to whom clients pay.
    "money.close": _all(Role.HEAD, Role.ADMINISTRATOR),
    # What materials and extra work cost, and how clients pay on site.
    "prices.change": _all(Role.HEAD, Role.ADMINISTRATOR),
    # What the company sells: products, groups, prices, rates of VAT.
    "catalogue.change": _all(Role.HEAD, Role.ADMINISTRATOR),
    # What clients were offered: the whole house's, or of one's own department.
    "offers.see": {**_all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR), Role.MANAGER: Reach.DEPARTMENT},
    # How offers look and what they say, how they are numbered.
    "offers.set_up": _all(Role.HEAD, Role.ADMINISTRATOR),
    "journal.see": _all(Role.CONTROLLER, Role.HEAD, Role.ADMINISTRATOR),
    # What the house does by itself: rules of the company, tried, switched on, looked after.
    "automations.change": _all(Role.HEAD, Role.ADMINISTRATOR),
    "staff.see": _all(Role.HEAD, Role.ADMINISTRATOR),
    "staff.change": _all(Role.ADMINISTRATOR),
    # When somebody is there and what he can do: rules of appointing ask for it.
    "presence.change": _all(Role.HEAD, Role.ADMINISTRATOR),
    # Which categories there are, rules that sort into them, and what the classifier takes over.
    "sorting.change": _all(Role.HEAD, Role.ADMINISTRATOR),
    "intake.repair": _all(Role.HEAD, Role.ADMINISTRATOR),
    "pipelines.change": _all(Role.HEAD, Role.ADMINISTRATOR),
    "settings.change": _all(Role.ADMINISTRATOR),
}


# Each in a line, as the screen of the roles has it. A right that is not here cannot be changed there.
WORDS = {
    "clients.see": _("Sees clients, their history and the search"),
    "clients.change": _("Changes clients: name, address, ways to reach them"),
    "duplicates.search": _("Searches the whole base for duplicates, merges what is certain"),
    "duplicates.weigh": _("Chooses how sure it must be before a request is attached by itself"),
    "consents.write": _("Writes the texts to which clients agree"),
    "personal_data.export": _("Makes a file of all that is known of a client, for him"),
    "personal_data.erase": _("Erases a client for good, and takes the act of it"),
    "personal_data.log": _("Takes the journal of personal data out of the house as a file"),
    "queue.see": _("Sees the live queue and the list of calls"),
    "requests.take": _("Takes requests down"),
    "calls.take": _("Takes calls: cards, call-backs, results"),
    "floor.see": _("Sees the wallboard: waiting calls, who does what, the service level"),
    "floor.change": _("Ends a colleague's break"),
    "recordings.listen": _("Listens to recordings of calls"),
    "recordings.export": _("Takes recordings of calls out of the house as files"),
    "recordings.keep": _("Keeps recordings beyond their time, sees who listened"),
    "calls.override": _("Keeps the list of numbers that are not rung, may ring one all the same"),
    "deals.see": _("Sees deals and the calendar"),
    "deals.export": _("Takes the list of deals out of the house as a file"),
    "clients.move_in": _("Brings clients and deals along from other systems, and takes them back"),
    "values.import": _("Fills in fields of deals and clients from a file"),
    "deals.change": _("Changes deals: stages, fields, next steps"),
    "tasks.do": _("Does tasks: his own, and those of deals that he may change"),
    "calling.do": _("Rings through the calling list"),
    "problems.see": _("Sees problem deals"),
    "hand_offs.see": _("Sees the figures of hand-offs between departments"),
    "questions.see": _("Sees questions on deals: his own are those asked to him and by him"),
    "questions.ask": _("Asks questions on deals"),
    "questions.release": _("Lets a deal go on before a question is answered"),
    "leads.distribute": _("Distributes leads, hands over a colleague's deals"),
    "visits.see": _("Sees visits"),
    "visits.book": _("Books, moves and calls off visits"),
    "files.see": _("Sees files of deals, clients and visits"),
    "files.change": _("Adds files, renames and removes them"),
    "agreements.order": _("Hands agreements to production: the table of openings, and what is ordered"),
    "visits.plan": _("Plans days anew: when somebody is ill or late, and by the house's own planning"),
    "calendars.give": _("Gives and revokes addresses at which calendar programs read visits"),
    "visits.carry_out": _("Carries out visits: “My visits” on the phone"),
    "payments.see": _("Sees money of visits: payments taken on site, sums of extra work, costs of materials"),
    "payments.correct": _("Puts payments right that others have taken on site"),
    "payments.export": _("Takes lists of payments and debts out of the house as files"),
    "money.see": _("Sees what clients owe and have paid: invoices, payments, debts"),
    "money.enter": _("Makes out invoices, enters payments and says what they are for"),
    "money.refund": _("Sends money that was paid online back to the client"),
    "money.statements": _("Reads bank statements and enters payments from them"),
    "money.close": _("Closes the books of a period, changes the details on invoices"),
    "prices.change": _("Changes the price list of work on site and the ways of paying"),
    "catalogue.change": _("Changes the catalogue: products, groups, prices, rates of VAT"),
    "offers.see": _("Sees the list of offers: what clients were offered, for how much, and what became of it"),
    "offers.set_up": _("Writes templates of offers, says how they are numbered"),
    "journal.see": _("Sees the journal: who changed what"),
    "staff.see": _("Sees the list of the staff"),
    "staff.change": _("Hires, changes and lets go"),
    "presence.change": _("Enters absences, working hours and skills of the staff"),
    "intake.repair": _("Sees arrivals and takes up what is stuck"),
    "sorting.change": _("Changes categories, writes the rules that sort calls and messages, decides what is learnt"),
    "pipelines.change": _("Changes the pipelines and their stages"),
    "automations.change": _("Builds automations, switches them on and looks after what they do"),
    "settings.change": _("Changes the settings of the company"),
}
# The administrator's: without them nobody could give anything back.
_KEPT = ("staff.see", "staff.change", "settings.change")
# Rights whose reach says whose: the others are given or not.
_WHOSE = dict.fromkeys(
    (
        "deals.change",
        "calling.do",
        "problems.see",
        "questions.see",
        "floor.see",
        "recordings.listen",
        "payments.see",
        "money.see",
        "money.enter",
        "offers.see",
    ),
    (Reach.NONE, Reach.OWN, Reach.DEPARTMENT, Reach.ALL),
)  # fmt: skip


def reach(person: Person, right: str) -> Reach:
    """How far the right goes for this person. A right nobody wrote down is a mistake: KeyError."""
    of_the_house = RIGHTS[right]
    if not person.is_active:
        return Reach.NONE
    role = person.company_role
    return reach_of(role, right) if role else of_the_house.get(person.role, Reach.NONE)


def reach_of(role: CompanyRole, right: str) -> Reach:
    given = role.rights.get(right)
    return usual(role.based_on, right) if given is None else Reach(given)


def usual(based_on: str, right: str) -> Reach:
    """As the house has it."""
    return RIGHTS[right].get(based_on, Reach.NONE)


def may(person: Person, right: str) -> bool:
    return reach(person, right) is not Reach.NONE


def every() -> list[CompanyRole]:
    """The roles of the house and of the company, in one statement; what the company never touched is not saved."""
    stored = {role.code: role for role in CompanyRole.objects.all()}
    untouched = {role.value: CompanyRole(code=role.value, based_on=role.value) for role in Role}
    of_the_house = [stored.pop(code, role) for code, role in untouched.items()]
    return [*of_the_house, *stored.values()]


def names() -> dict[str, str]:
    return read_along([])


def having(right: str) -> list[str]:
    """The codes of the roles that have this right at all."""
    return [role.code for role in every() if reach_of(role, right) is not Reach.NONE]


def based_on(*of_the_house: Role) -> list[str]:
    """The codes of these roles and of those that the company made after them."""
    return [role.code for role in every() if role.based_on in of_the_house]


def read_along(people: Iterable[Person]) -> dict[str, str]:
    """Before their roles are shown: one statement for all of them. All roles there are, by code."""
    known = {role.code: role for role in every()}
    for person in people:
        person.company_role = known.get(person.role)
    return {code: role.name for code, role in known.items()}


def offered(role: CompanyRole, right: str) -> tuple[Reach, ...]:
    """How far the right may be made to go. Whoever works on site gets nothing of the office."""
    if role.code == Role.ADMINISTRATOR and right in _KEPT:
        return (Reach.ALL,)
    if not sees_office(role.based_on):
        return tuple(sorted({Reach.NONE, *(usual(one, right) for one in _FIELD)}))
    return _WHOSE.get(right) or tuple(sorted({Reach.NONE, *RIGHTS[right].values()}))


def sees_office(based_on: str) -> bool:
    """Office roles hear of every change; the others only of what concerns themselves."""
    return based_on in _OFFICE
