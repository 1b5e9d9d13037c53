"""What is said in the day of the demonstration fits what stands in its blueprint."""

from svyazka.business.company.blueprint import of_house
from svyazka.business.places import blueprint, find
from svyazka.business.visits.models import Resource
from svyazka.config.demo.day import TEXTS
from svyazka.config.demo.tomorrow import BOOKED, CLIENTS


def test_every_address_has_a_place(windows):
    blueprint.load(of_house("windows").demonstration["places"])
    said = [TEXTS["address"], *(one["address"] for one in CLIENTS)]
    assert {address: placed.is_rough for address, placed in find.of_all(said).items()} == dict.fromkeys(said, False)


def test_whoever_is_to_come_measures(windows):
    engineers = set(Resource.objects.filter(skills__contains=["measurement"]).values_list("name", flat=True))
    assert {one["who"] for one in BOOKED} == engineers
