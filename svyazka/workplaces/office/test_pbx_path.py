"""An administrator's way from nothing to a telephone system that works, step by step."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from svyazka.business.calls import commands, links
from svyazka.business.calls.models import Call, Examination, Pbx, PhoneCommand, PhoneLine
from svyazka.business.calls.phone_system import CallEvent, Done, Kind
from svyazka.business.calls.setting_up import examine
from svyazka.business.calls.setting_up.guide import Finding
from svyazka.business.calls.softphone import accounts
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.business.staff import hire
from svyazka.business.staff.models import Person, Role
from svyazka.kit import clock, secrets
from svyazka.kit.strongbox import Strongbox
from svyazka.workplaces.office.help_pages import PAGES

CODE = "asterisk/main"
ACCESS = {"code": "main", "host": "127.0.0.1", "port": "5038", "login": "svyazka", "option_context": "from-crm"}


def main(answer) -> str:
    return " ".join(answer.content.decode().split("<main")[1].split())


@pytest.fixture
def pbx(db):
    return Pbx.objects.create(code=CODE, driver="asterisk", host="127.0.0.1", port=5038, connected_at=clock.now())


@pytest.fixture
def browser(anna, enter):
    return enter(anna)


@pytest.fixture
def at_phone(anna):
    Person.objects.exclude(pk=anna.pk).update(extension="")
    return hire.change(anna, by=anna, extension="190", pbx_code=CODE)


def test_the_kinds_say_what_each_can(browser):
    page = main(browser.get("/office/pbx/new/"))
    assert page.count('class="card stack kind"') == 7
    sipuni = page.split("<h2>Sipuni")[1].split("</li> </ul>")[0].split("</ul>")[0]
    assert re.findall(r'class="(can|cannot)"', sipuni) == ["can", "cannot", "cannot", "cannot", "cannot", "can"]
    assert browser.get("/office/pbx/new/nothing/").status_code == 404


def test_a_secret_is_made_and_stands_in_the_snippet_with_all_other_values(browser):
    page = main(browser.get("/office/pbx/new/asterisk/"))
    assert all(f'value="{usual}"' in page for usual in ("5038", "svyazka", "main"))
    answer = browser.post("/office/pbx/new/asterisk/", ACCESS)
    pbx = Pbx.objects.get()
    assert answer["Location"] == f"/office/pbx/{pbx.pk}/parts/"
    secret = secrets.take_out(pbx.secret)
    assert len(secret) >= 32
    answer = browser.get(answer["Location"])
    assert "no-store" in answer["Cache-Control"]
    page = main(answer)
    for line in (f"secret = {secret}", "[svyazka]", "permit = 127.0.0.1/", "systemname = main", "[from-crm]"):
        assert line in page
    assert page.count("data-copy=") == page.count('class="raw"') == 8


def test_the_endpoints_of_those_who_call_out_of_the_browser_stand_ready(browser, pbx, anna, olga, mikhail):
    Pbx.objects.update(options={"softphone_socket": "wss://pbx.example.org:7443/ws", "context": "from-crm"})
    hire.change(olga, by=anna, extension="101", pbx_code=CODE)
    hire.change(mikhail, by=anna, extension="110", pbx_code=CODE)
    secret = accounts.make_secret(olga, by=anna)
    accounts.enter(mikhail, login="misha", secret="s3cret", by=anna)
    url = f"/office/pbx/{pbx.pk}/parts/"
    page = main(browser.get(url))
    for line in ("tlsbindaddr = 0.0.0.0:7443", "keys/pbx.example.org.pem", "webrtc = yes", "context = from-crm"):
        assert line in page
    assert [page.count(f"[{login}](svyazka-softphone)") for login in ("101", "misha", "110")] == [
        2,
        2,
        0,
    ]  # shown, and to be copied
    assert (secret in page, "s3cret" in page, olga.full_name in page) == (False, False, True)
    counts = []
    for many in (False, True):
        for number, person in enumerate(Person.objects.filter(extension="") if many else ()):
            accounts.make_secret(hire.change(person, by=anna, extension=f"5{number:02}", pbx_code=CODE), by=anna)
        with CaptureQueriesContext(connection) as asked:
            browser.get(url)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_two_of_one_name_and_a_wrong_port_are_refused(browser):
    assert browser.post("/office/pbx/new/asterisk/", ACCESS).status_code == 302
    assert browser.post("/office/pbx/new/asterisk/", ACCESS).status_code == 422
    assert browser.post("/office/pbx/new/asterisk/", {**ACCESS, "code": "b", "port": "0"}).status_code == 422
    assert Pbx.objects.count() == 1


def test_a_cloud_systems_address_stands_among_what_goes_to_the_other_side(browser):
    given = {"code": "main", "host": "api.zadarma.com", "port": "443", "login": "k", "secret": "s"}
    page = main(browser.get(browser.post("/office/pbx/new/zadarma/", given)["Location"]))
    assert f'data-copy="http://testserver/in/cloud_pbx/{Pbx.objects.get().public_key}"' in page


def test_a_check_is_asked_once_and_shown_when_the_listener_has_looked(browser, pbx, at_phone):
    url = f"/office/pbx/{pbx.pk}/check/"
    for _again in range(2):
        assert browser.post(url)["Location"] == url
    assert "идёт проверка" in main(browser.get(url))
    (asked,) = examine.take([CODE])
    assert (asked.extensions, examine.take([CODE])) == (("190",), [])
    examine.done(asked.number, [Finding("no_right_agent"), Finding("phones_away", {"phones": "190"}), Finding("clock")])
    page = main(browser.get(url))
    assert "ошибок: 1" in page
    first = page.index("права agent")
    assert first < page.index("Сейчас не подключены к АТС: 190") < page.index("Часы АТС идут верно")
    assert f'href="/office/pbx/{pbx.pk}/phones/" hx-boost="false">К шагу' in page


def test_what_was_found_before_the_link_was_lost_is_not_repeated(browser, pbx, anna):
    examination = examine.ask(pbx, by=anna)
    examine.done(examination.pk, [Finding("clock")])
    Pbx.objects.update(lost_at=clock.now() + timedelta(seconds=1), trouble="wrong_secret")
    page = main(browser.get(f"/office/pbx/{pbx.pk}/check/"))
    assert "Часы" not in page
    assert "не принимает наш логин" in page


def test_a_listener_that_is_not_there_is_said(browser, pbx, anna):
    examination = examine.ask(pbx, by=anna)
    Examination.objects.update(asked_at=clock.now() - timedelta(minutes=1))
    assert "Слушатель не ответил" in main(browser.get(f"/office/pbx/{pbx.pk}/check/"))
    assert examine.ask(pbx, by=anna).pk != examination.pk


def test_a_finding_of_which_this_version_knows_nothing_is_passed_over(pbx, anna):
    examination = examine.ask(pbx, by=anna)
    examine.done(examination.pk, [Finding("from_a_newer_one")])
    assert examine.said(pbx, examine.latest(pbx))


def test_asking_first_that_had_no_effect_is_a_fault(browser, pbx, at_phone):
    now = clock.now()
    PhoneCommand.objects.create(
        pbx_code=CODE, do="consult", person_id=at_phone.pk, extension="190", click="c", state="failed",
        trouble="no_effect", asked_at=now, until=now, done_at=now,
    )  # fmt: skip
    assert "«сначала спросить» АТС приняла" in main(browser.get(f"/office/pbx/{pbx.pk}/check/"))


def test_old_examinations_are_forgotten(pbx, anna):
    examine.ask(pbx, by=anna)
    examine.forget_old()
    assert Examination.objects.count() == 1
    Examination.objects.update(asked_at=clock.now() - timedelta(days=31))
    examine.forget_old()
    assert not Examination.objects.exists()


def phones_of(*people):
    return [Person.objects.get(pk=one.pk).extension for one in people]


def test_two_swap_their_phones_and_a_third_gets_one(browser, pbx, olga, oksana, mikhail):
    url = f"/office/pbx/{pbx.pk}/phones/"
    first, second = phones_of(olga, oksana)
    given = {f"extension_{olga.pk}": second, f"extension_{oksana.pk}": first, f"extension_{mikhail.pk}": " 777 "}
    assert browser.post(url, given).status_code == 302
    assert phones_of(olga, oksana, mikhail) == [second, first, "777"]
    assert Person.objects.get(pk=mikhail.pk).pbx_code == CODE


def test_phones_that_cannot_be_are_said_beside_whose_they_are_and_nothing_is_saved(browser, pbx, olga, oksana, mikhail):
    url = f"/office/pbx/{pbx.pk}/phones/"
    before = phones_of(olga, oksana, mikhail)
    answer = browser.post(url, {f"extension_{olga.pk}": "55", f"extension_{mikhail.pk}": before[1]})
    assert answer.status_code == 422
    assert f"уже занят: {oksana.full_name}" in main(answer)
    for wrong in ({f"extension_{olga.pk}": "55", f"extension_{mikhail.pk}": "55"}, {f"extension_{olga.pk}": "12a"}):
        answer = browser.post(url, wrong)
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in main(answer)
    assert phones_of(olga, oksana, mikhail) == before


def test_all_who_have_a_phone_on_the_old_system_are_moved_by_one_form(browser, pbx, olga, oksana, anna):
    url = f"/office/pbx/{pbx.pk}/phones/"
    assert "Сразу многих" not in main(browser.get(url))
    old = Pbx.objects.create(code="asterisk/old", driver="asterisk", host="127.0.0.1", port=5039)
    Person.objects.exclude(extension="").update(pbx_code=old.code)
    Person.objects.filter(pk=oksana.pk).update(pbx_code=CODE, extension=phones_of(olga)[0])
    number = Person.objects.filter(pbx_code=old.code).count()
    assert f'<option value="asterisk/old">asterisk/old ({number})</option>' in main(browser.get(url))
    assert browser.post(url, {"source": "asterisk/none", "department": ""}).status_code == 422
    answer = browser.post(url, {"source": "asterisk/old", "department": ""}, follow=True)
    assert f"{olga.full_name} ({phones_of(olga)[0]})" in answer.content.decode()
    assert [one.login for one in Person.objects.filter(pbx_code=old.code)] == ["olga"]
    unnamed = Person.objects.filter(pk=olga.pk)
    unnamed.update(pbx_code="", extension="444")
    assert "АТС не указана (1)" in main(browser.get(url))
    browser.post(url, {"source": "-", "department": ""})
    assert unnamed.get().pbx_code == CODE


def test_the_staff_of_one_and_of_thirty_cost_the_same(browser, pbx, anna):
    url = f"/office/pbx/{pbx.pk}/phones/"
    browser.get(url)
    with CaptureQueriesContext(connection) as few:
        browser.get(url)
    for number in range(30):
        hire.hire(
            login=f"n{number}", full_name=f"Новый {number}", role=Role.OPERATOR, password="корова и трактор", by=anna
        )
    with CaptureQueriesContext(connection) as many:
        browser.get(url)
    assert len(few) == len(many)


def tell(kind, second=0.0, *, key="k1", leg="", extension="", **facts):
    at = clock.now() + timedelta(seconds=second)
    arrival = Arrival(pk=1, received_at=at, account=CODE, connector="asterisk", conversation=f"{CODE}/{key}")
    event = CallEvent(CODE, key, kind, at, leg or key, extension, **facts)
    return Call.objects.get(pk=take_call([event], arrival=arrival)["call"])


def test_a_call_out_is_shown_step_by_step(browser, pbx, at_phone):
    url = f"/office/pbx/{pbx.pk}/trial/"
    assert browser.post(url, {"way": "out", "number": "не номер"}).status_code == 422
    story = browser.post(url, {"way": "out", "number": "8 916 123-45-67"})["Location"]
    command = PhoneCommand.objects.get()
    assert (command.extension, command.number) == ("190", "+79161234567")
    page = main(browser.get(story))
    assert (page.count('class="good"'), page.count('class="fault"')) == (1, 0)
    ((_code, taken),) = commands.take([CODE])
    tell(Kind.START, key=taken.id, extension="190", client_number="+79161234567")
    tell(Kind.RING, key=taken.id, extension="190")
    assert main(browser.get(story)).count('class="good"') == 3
    tell(Kind.ANSWER, 1, key=taken.id, extension="190")
    commands.done(taken.id, Done(call_key=taken.id))
    tell(Kind.RING, 2, key=taken.id, leg="out")
    tell(Kind.ANSWER, 3, key=taken.id, leg="out")
    for leg, extension in ((taken.id, "190"), ("out", "")):
        tell(Kind.JOIN, 3, key=taken.id, leg=leg, extension=extension, bridge="b")
        tell(Kind.PART, 9, key=taken.id, leg=leg, extension=extension, bridge="b")
        tell(Kind.HANGUP, 9, key=taken.id, leg=leg, extension=extension)
    page = main(browser.get(story))
    assert "исходящие звонки проходят" in page
    assert page.count('class="fault"') == 1, "only the recording is missing"


def test_a_call_out_that_fails_says_where_it_ended(browser, pbx, at_phone):
    story = browser.post(f"/office/pbx/{pbx.pk}/trial/", {"way": "out", "number": "102"})["Location"]
    ((_code, taken),) = commands.take([CODE])
    commands.failed(taken.id, "phone_away")
    page = main(browser.get(story))
    assert "Ваш телефон не подключён к АТС" in page
    assert page.count('class="fault"') == 6


def test_whoever_has_no_phone_is_told_so_instead_of_a_form(browser, pbx, anna):
    hire.change(anna, by=anna, extension="")
    page = main(browser.get(f"/office/pbx/{pbx.pk}/trial/"))
    assert "внесите свой внутренний номер" in page
    assert browser.post(f"/office/pbx/{pbx.pk}/trial/", {"way": "out", "number": "102"}).status_code == 422


def test_a_call_in_is_waited_for_and_judged(browser, pbx, olga):
    story = browser.post(f"/office/pbx/{pbx.pk}/trial/", {"way": "in"})["Location"]
    assert main(browser.get(story)).count('class="good"') == 1
    tell(Kind.START, client_number="79161234567", our_number="74957770000")
    tell(Kind.RING, 1, leg="k1-101", extension=olga.extension)
    page = main(browser.get(story))
    assert f"{olga.extension} {olga.full_name}" in page
    tell(Kind.HANGUP, 9, leg="k1-101", extension=olga.extension)
    tell(Kind.HANGUP, 9)
    page = main(browser.get(story))
    assert "нет среди наших" in page
    PhoneLine.objects.create(number="+74957770000", name="Сайт")
    assert "входящие приходят со всем" in main(browser.get(story))


def test_nothing_that_comes_is_said_after_five_minutes(browser, pbx):
    long_ago = int((clock.now() - timedelta(minutes=6)).timestamp())
    assert "Звонок не пришёл" in main(browser.get(f"/office/pbx/{pbx.pk}/trial/?since={long_ago}"))
    for nonsense in ("since=9999999999999", "since=x", "command=1", "command=" + "9" * 30):
        assert browser.get(f"/office/pbx/{pbx.pk}/trial/?{nonsense}").status_code == 200


def test_the_page_of_the_pbx_says_what_is_still_missing(browser, pbx, at_phone):
    PhoneLine.objects.all().delete()
    page = main(browser.get(f"/office/pbx/{pbx.pk}/"))
    assert "Без наших номеров у звонков нет источника" in page
    assert "Ни у кого нет телефона" not in page
    answer = browser.post(f"/office/pbx/{pbx.pk}/numbers/", {"number": "84957770000", "name": "Сайт"})
    assert answer["Location"] == f"/office/pbx/{pbx.pk}/numbers/"
    tell(Kind.START, client_number="79161234567", our_number="74957770000")
    examine.ask(pbx, by=at_phone)
    (asked,) = examine.take([CODE])
    examine.done(asked.number, [])
    assert "Всё на месте: АТС работает" in main(browser.get(f"/office/pbx/{pbx.pk}/"))


@pytest.mark.parametrize("page", [page.code for page in PAGES])
def test_every_page_of_the_help_stands_in_both_languages(browser, anna, page):
    russian = main(browser.get(f"/office/help/{page}/"))
    assert 'aria-current="page"' in russian
    Person.objects.filter(pk=anna.pk).update(language="en")
    assert main(browser.get(f"/office/help/{page}/")) != russian


def test_the_help_begins_at_its_first_page_and_knows_no_others(browser):
    first, together = (browser.get(f"/office/help/{page}").content.decode() for page in ("", "together/"))
    assert re.findall("<h1>.*?</h1>", first) == re.findall("<h1>.*?</h1>", together)
    assert browser.get("/office/help/nothing/").status_code == 404


def test_a_secret_that_does_not_open_is_said_where_one_looks_and_breaks_no_page(browser, pbx):
    pbx.secret = Strongbox("another key").lock_away("hush")
    pbx.save()
    links.active()
    for url in (reverse("settings"), "/office/pbx/", f"/office/pbx/{pbx.pk}/", f"/office/pbx/{pbx.pk}/parts/"):
        assert "Секреты этой АТС не удаётся расшифровать" in main(browser.get(url)), url
    Pbx.objects.update(is_active=False)
    assert CODE not in main(browser.get(reverse("settings")))


def test_the_overview_asks_one_question_for_all_systems(browser):
    counts = []
    for number in (1, 30):
        Pbx.objects.all().delete()
        for at in range(number):
            Pbx.objects.create(code=f"asterisk/p{at}", driver="asterisk", host="h", port=1, trouble="unreachable")
        with CaptureQueriesContext(connection) as asked:
            assert main(browser.get(reverse("settings"))).count("asterisk/p") == number
        counts.append(len(asked))
    assert counts[0] == counts[1]
