"""What goes in and out, field by field: the OpenAPI file is made of this."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from svyazka.kit.texts import storable

MOST_PHONES = 10
LAST_PAGE = 25  # whoever wants more asks more exactly
Stored = AfterValidator(storable)
Line = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), Stored]
Address = Annotated[str, StringConstraints(max_length=300, strip_whitespace=True), Stored]
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
PageNumber = Annotated[int, Field(ge=1, le=LAST_PAGE)]
Consent = Literal["processing", "advertising", "recording"]
Decision = Literal["certain", "doubtful", "new"]
Kind = Literal["person", "company"]
State = Literal["open", "won", "lost"]


class Given(Schema):
    """A field that is misspelt is said, not passed over."""

    model_config = ConfigDict(extra="forbid")


class Who(Given):
    """Who somebody is, by all that he says of himself. A phone or an e-mail address has to be there."""

    name: Line = ""
    phones: Annotated[list[Line], Field(max_length=MOST_PHONES)] = []
    email: Line = ""
    company: Line = ""
    inn: Line = ""
    address: Address = ""


class NewRequest(Who):
    id: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True), Stored] = Field(
        description="Your own id of this request. The same id again changes nothing and gives the same answer."
    )
    message: Annotated[str, StringConstraints(max_length=5000), Stored] = ""
    source: Annotated[str, StringConstraints(max_length=60), Stored] = Field(
        "", description="Code of a source, as it stands under Settings → Sources."
    )
    consents: Annotated[list[Consent], Field(max_length=3)] = []


class Candidate(Schema):
    client: int
    name: str
    probability: float
    reasons: list[str]
    against: list[str]


class Taken(Schema):
    client: int
    deal: int
    decision: Decision
    may_be: list[Candidate]


class Whose(Schema):
    decision: Decision
    client: int | None
    candidates: list[Candidate]


class Contact(Schema):
    kind: str
    value: str


class ClientLine(Schema):
    id: int
    name: str
    address: str
    phones: list[str]
    open_deal: int | None
    stage: str


class ClientPage(Schema):
    clients: list[ClientLine]
    next_page: int | None


class OneClient(Schema):
    id: int
    asked_for: int = Field(description="Another number than `id`: that client was merged with this one.")
    kind: Kind
    name: str
    address: str
    contacts: list[Contact]


class OneDeal(Schema):
    id: int
    client: int
    pipeline: str
    stage: str
    stage_name: str
    state: State
    responsible: str
    department: str
    source: str
    address: str
    amount: Decimal | None
    opened_at: datetime
    closed_at: datetime | None
    next_step: str
    next_step_at: datetime | None


class DealPage(Schema):
    deals: list[OneDeal]
    next_page: int | None


class Error(Schema):
    message: str
    fields: dict[str, str]


class Refusal(Schema):
    error: Error


def refusals(*statuses: int) -> dict[int, type[Refusal]]:
    """What every endpoint may say, and these besides."""
    return dict.fromkeys(sorted({401, 403, 422, 429, *statuses}), Refusal)


def page(numbers: Iterable[int], number: int, size: int) -> tuple[list[int], int | None]:
    """Those of a page, and which one comes next; one more than a page was looked for."""
    found = list(dict.fromkeys(numbers))[(number - 1) * size :]
    return found[:size], number + 1 if len(found) > size and number < LAST_PAGE else None
