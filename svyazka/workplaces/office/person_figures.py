"""What parameters of the staff come to for one person, on his page."""

from __future__ import annotations

from svyazka.business.parameters import showing
from svyazka.business.parameters.models import Figure, Parameter
from svyazka.business.staff.models import Person
from svyazka.workplaces.shared import counted


def of_person(person: Person) -> list[dict[str, str]]:
    """Two statements, and two more where something could not be counted."""
    known = Figure.objects.filter(person=person).values_list("parameter_id", "value")
    values = dict(known)
    why = showing.troubles_of(Parameter.Of.PERSON, person.pk)
    return [
        {
            "name": one.name,
            "said": counted.stored(one, values[one.pk]) if one.pk in values else "",
            "why": why.get(one.code, ""),
        }
        for one in Parameter.objects.filter(of=Parameter.Of.PERSON, is_active=True)
    ]
