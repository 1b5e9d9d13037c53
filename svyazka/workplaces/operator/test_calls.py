from datetime import timedelta

import pytest
from django.urls import reverse

from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.kit import clock

CODE = "asterisk/lab1"


@pytest.fixture(autouse=True)
def _english(windows):
    for person in windows.values():
        person.language = "en"
        person.save(update_fields=["language"])


def tell(kind, *, key="k1", second=0, leg="", extension="", begun=None, **facts):
    begun = begun or clock.now() - timedelta(minutes=1)
    arrival = Arrival(pk=1, received_at=begun, account=CODE, connector="asterisk", conversation=f"{CODE}/{key}")
    event = CallEvent(CODE, key, kind, begun + timedelta(seconds=second), leg or key, extension, **facts)
    made = take_call([event], arrival=arrival)
    return Call.objects.get(pk=made["call"])


def ringing(number="79165550001", *, at="101", key="k1"):
    tell(Kind.START, key=key, client_number=number, our_number="74951000200")
    return tell(Kind.RING, key=key, second=1, leg=f"{key}-{at}", extension=at)


def answered(call, *, at="101"):
    return tell(Kind.ANSWER, key=call.key, second=3, leg=f"{call.key}-{at}", extension=at)


def ended(call):
    return tell(Kind.HANGUP, key=call.key, second=40)


def card(browser, call, **asked):
    return browser.get(reverse("call_card", args=[call.pk]), asked)


def save(browser, call, **typed):
    return browser.post(reverse("call_request", args=[call.pk]), typed)


def test_the_card_of_an_unknown_caller_asks_for_his_name_first(enter, olga):
    answer = card(enter(olga), call := ringing())
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="call-{call.pk}"' in page
    assert f'hx-trigger="live:call-{call.pk} from:body, live:again"' in page
    assert 'href="tel:+79165550001"' in page
    assert "Реклама" in page
    assert list(answer.context["form"].fields) == ["name", "address", "openings", "wish"]
    assert page.count("autofocus") == 1
    assert f'id="call-{call.pk}-name"' in page


def test_in_the_first_second_of_a_call_its_card_finds_the_client_by_the_number(enter, olga, vera):
    call = ringing(vera.contact_points.get(kind="phone").value.lstrip("+"))
    Call.objects.update(client_id=None, deal_id=None, interaction_id=None)
    assert vera.name in card(enter(olga), call).content.decode()


def test_the_card_of_a_colleague_names_him_and_asks_nothing(enter, olga, egor):
    page = card(enter(olga), ringing(egor.phone.lstrip("+"))).content.decode()
    assert egor.full_name in page
    assert "Unknown caller" not in page
    assert "<form" not in page


def test_the_card_of_a_known_client_shows_deal_next_step_and_who_looks_after_him(enter, olga, mikhail, vera):
    call = ringing("79161234567")
    Deal.objects.update(responsible=mikhail)
    answer = card(enter(olga), call)
    page = answer.content.decode()
    assert (answer.context["form"], answer.context["moment"]) == (None, "ringing")
    assert [deal["id"] for deal in answer.context["deals"]] == [str(call.deal_id)]
    assert [[row.name for row in group.rows] for group in answer.context["groups"]] == [[mikhail.full_name]]
    assert "Вера Павлова" in page
    assert "Ring the client" in page


def test_the_last_events_are_those_before_this_call(enter, olga, vera):
    for number in range(7):
        ringing("79161234567", key=f"before{number}")
    call = ringing("79161234567", key="now")
    latest = card(enter(olga), call).context["latest"]
    assert len(latest) == 5
    assert call.interaction_id not in [line.id for line in latest]


def test_a_hidden_number_asks_for_a_contact(enter, olga):
    call = ringing("")
    browser = enter(olga)
    assert list(card(browser, call).context["form"].fields)[0] == "contact"
    assert len(card(browser, call).context["form"].fields) == 5
    assert save(browser, call, name="Пётр", contact="nonsense").status_code == 422
    assert save(browser, call, name="Пётр", contact="89031112233").status_code == 200
    assert Client.objects.get().name == "Пётр"


def test_the_card_follows_the_call(enter, olga):
    browser = enter(olga)
    call = ringing()
    moments = [card(browser, call).context["moment"]]
    for go_on in (answered, ended):
        moments.append(card(browser, go_on(call)).context["moment"])
    assert moments == ["ringing", "talking", "finished"]


def test_a_card_whose_call_a_colleague_answered_says_so_and_goes(enter, olga, oksana):
    call = ringing(at="101")
    tell(Kind.RING, key=call.key, second=1, leg="k1-102", extension="102")
    answered(call, at="102")
    browser = enter(olga)
    answer = card(browser, call)
    page = answer.content.decode()
    assert (answer.context["moment"], answer.context["form"] is not None) == ("taken", True)
    assert oksana.full_name in page
    assert 'data-leaves="4"' in page
    assert "<form" not in page
    assert card(browser, call, leave=1).content == b""
    assert card(enter(oksana), call, leave=1).content != b""


def test_a_card_whose_call_went_on_says_where_it_rings(enter, olga, oksana):
    call = ringing(at="101")
    tell(Kind.NO_ANSWER, key=call.key, second=7, leg="k1-101", extension="101")
    tell(Kind.RING, key=call.key, second=8, leg="k1-102", extension="102")
    answer = card(enter(olga), call)
    assert (answer.context["moment"], answer.context["colleague"]) == ("passed_on", oksana.full_name)
    assert card(enter(oksana), call).context["moment"] == "ringing"


def talk(call, begin, end, *, at, bridge):
    """In a bridge with the client, from and to."""
    leg, key = f"{call.key}-{at}", call.key
    for kind, second in ((Kind.JOIN, begin), (Kind.PART, end)) if end else ((Kind.JOIN, begin),):
        tell(kind, key=key, second=second, bridge=bridge)
        call = tell(kind, key=key, second=second, leg=leg, extension=at, bridge=bridge)
    return call


def passed_on(call, *, to, second=10):
    tell(Kind.TRANSFER, key=call.key, second=second, leg=f"{call.key}-101", extension="101", to=to)
    return tell(Kind.RING, key=call.key, second=second + 1, leg=f"{call.key}-{to}", extension=to)


def test_a_call_that_is_passed_on_rings_at_whoever_gets_it_and_is_over_for_whoever_had_it(enter, olga, oksana):
    call = talk(answered(ringing()), 3, 10, at="101", bridge="a")
    moments = [[card(enter(person), call).context["moment"] for person in (olga, oksana)]]
    for step in (
        lambda call: passed_on(call, to="102"),
        lambda call: tell(Kind.ANSWER, key=call.key, second=15, leg="k1-102", extension="102"),
        lambda call: talk(call, 15, None, at="102", bridge="b"),
        ended,
    ):
        call = step(call)
        moments.append([card(enter(person), call).context["moment"] for person in (olga, oksana)])
    assert moments == [
        ["talking", "talking"],  # out of the bridge, with his phone still lifted: he asks somebody, or is about to
        ["finished", "ringing"],
        ["finished", "taken"],
        ["finished", "talking"],
        ["finished", "finished"],
    ]
    (row,) = enter(olga).get(reverse("calls")).context["rows"]
    assert (row.title, row.operator) == ("Incoming call", f"{olga.full_name} → {oksana.full_name}")


def test_a_call_passed_on_to_nobody_is_missed_by_whom_it_rang_at(enter, olga, oksana):
    call = ended(passed_on(talk(answered(ringing()), 3, 10, at="101", bridge="a"), to="102"))
    assert card(enter(oksana), call).context["moment"] == "missed"
    assert card(enter(olga), call).context["moment"] == "finished"
    (row,) = enter(olga).get(reverse("calls"), {"show": "missed"}).context["rows"]
    assert (row.title, row.spoken) == ("Passed on, nobody answered", "7 s")
    happened = Interaction.objects.get(kind="call")
    assert (happened.waiting, happened.data["passed_on"]) == (True, [oksana.full_name])
    page = enter(olga).get(reverse("client", args=[call.client_id])).content.decode()
    assert f"Incoming call · 7 s, passed on to {oksana.full_name}: nobody answered" in page


def titles(browser, client):
    return [line.title for line in browser.get(reverse("client", args=[client.pk])).context["history"].lines]


def test_the_history_says_of_a_call_that_it_is_still_going_on(enter, olga, vera):
    browser, said = enter(olga), []
    call = ringing("79161234567")
    for step in (lambda call: call, lambda call: talk(answered(call), 3, None, at="101", bridge="a"), ended):
        call = step(call)
        said += titles(browser, vera)[:1]
    assert said == ["Incoming call · it is ringing", "Incoming call · still going on", "Incoming call · 37 s"]


def test_nor_does_a_word_with_somebody_go_on_that_became_a_part_of_another_call(enter, olga, vera):
    call = answered(ringing())
    tell(Kind.START, key="word", extension="101", leg="word")
    tell(Kind.RING, key="word", second=5, leg="word-out", client_number="79161234567")
    tell(Kind.ANSWER, key="word", second=6, leg="word-out")
    before = titles(enter(olga), vera)
    tell(Kind.MERGE, key=call.key, second=9, part="word")
    assert [" · still going on" in one for one in (before[0], titles(enter(olga), vera)[0])] == [True, False]


def test_a_client_who_listens_to_music_is_on_hold(enter, olga):
    call = talk(answered(ringing()), 3, None, at="101", bridge="a")
    browser = enter(olga)
    said = ["On hold" in card(browser, call).content.decode()]
    for kind, second in ((Kind.HOLD, 5), (Kind.RESUME, 9)):
        tell(kind, key=call.key, second=second, leg="k1-101", extension="101")
        said.append("On hold" in card(browser, call).content.decode())
    assert said == [False, True, False]


@pytest.mark.parametrize("result", ["missed", "busy"])
def test_a_missed_call_stays_for_a_while(enter, olga, result):
    call = ringing()
    if result == "busy":
        tell(Kind.BUSY, key=call.key, second=2, leg="k1-101", extension="101")
    answer = card(enter(olga), ended(call))
    assert (answer.context["moment"], answer.context["leaves"], answer.context["call"].result) == (
        "missed",
        "90",
        result,
    )
    assert ("Ring back" in answer.content.decode(), answer.context["form"] is not None) == (True, True)


def test_whoever_passed_the_client_on_keeps_the_card_until_it_is_known_what_became_of_him(enter, olga, oksana, vera):
    browser, leaves = enter(olga), []
    call = talk(answered(ringing("79161234567")), 3, 10, at="101", bridge="a")
    for step in (
        lambda call: passed_on(call, to="102"),
        lambda call: tell(Kind.ANSWER, key=call.key, second=15, leg="k1-102", extension="102"),
        lambda call: talk(call, 15, None, at="102", bridge="b"),
        ended,
    ):
        call = step(call)
        answer = card(browser, call)
        leaves.append((answer.context["passed_to"], answer.context["leaves"]))
        assert "leave=1" not in answer.content.decode()
    passed, taken = f"Passed on to {oksana.full_name}: it is ringing", f"{oksana.full_name} has taken the client"
    assert leaves == [(passed, ""), (passed, ""), (taken, "45"), (taken, "45")]


def test_an_unknown_caller_is_not_let_go_before_he_is_written_down(enter, olga):
    assert card(enter(olga), ended(answered(ringing()))).context["leaves"] == ""


def test_what_is_typed_outlives_the_news_of_the_call_but_not_its_own_answer(enter, olga):
    browser = enter(olga)
    call = ringing()
    assert "hx-preserve" in card(browser, call).content.decode()
    answer = save(browser, call, name="", openings="many")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "hx-preserve" not in page
    assert sorted(answer.context["form"].errors) == ["name", "openings"]
    assert 'aria-invalid="true"' in page


def test_the_saved_request_is_in_the_deal_and_the_form_is_gone(enter, olga):
    browser = enter(olga)
    call = ended(answered(ringing()))
    answer = save(browser, call, name="Нина Сидорова", address="Лесная, 5", openings="3", wish="После шести")
    page = answer.content.decode()
    deal = Deal.objects.get()
    assert answer.status_code == 200
    assert f"Written down in deal № {deal.pk}." in page
    assert "<form" not in page
    assert 'data-leaves="4"' in page
    assert (deal.client.name, deal.facts, deal.address, deal.responsible_id) == (
        "Нина Сидорова",
        {"openings": 3},
        "Лесная, 5",
        olga.pk,
    )
    assert card(browser, call, leave=1).content == b""


def test_whoever_fills_in_a_missed_call_has_taken_it_up(enter, olga):
    call = ended(ringing())
    save(enter(olga), call, name="Нина")
    happened = Interaction.objects.get(kind="call")
    assert (happened.waiting, happened.taken_by_id) == (False, olga.pk)


def test_who_opens_the_page_in_the_middle_of_a_call_sees_its_card(enter, olga, oksana, anna):
    mine, others = ringing(at="101", key="k1"), ringing("79165550002", at="102", key="k2")
    page = enter(olga).get(reverse("calls_mine")).content.decode()
    assert f'id="call-{mine.pk}"' in page
    assert f'id="call-{others.pk}"' not in page
    assert enter(anna).get(reverse("calls_mine")).content == b""


def test_ones_own_card_comes_up_among_however_many_calls_that_began_later(enter, olga):
    mine, now = answered(ringing()), clock.now()
    legs = [{"key": "leg", "extension": "999"}]
    others = [Call(pbx_code=CODE, key=f"o{number}", started_at=now, state="talking", legs=legs) for number in range(60)]
    Call.objects.bulk_create(others)
    page = enter(olga).get(reverse("calls_mine")).content.decode()
    assert (page.count('class="call-card'), f'id="call-{mine.pk}"' in page) == (1, True)


def test_the_list_shows_how_calls_went(enter, olga):
    ended(answered(ringing(key="k1")))
    ended(ringing("79165550002", key="k2"))
    ringing("79165550003", key="k3")
    browser = enter(olga)
    rows = browser.get(reverse("calls")).context["rows"]
    assert sorted(row.title for row in rows) == ["Incoming call", "Missed call", "is ringing"]
    shown = {name: len(browser.get(reverse("calls"), {"show": name}).context["rows"]) for name in FILTERED}
    assert shown == FILTERED
    assert {row.operator for row in rows} == {olga.full_name, ""}


FILTERED = {"missed": 1, "answered": 1, "now": 1, "nonsense": 3}


def test_a_list_of_thirty_asks_as_little_as_a_list_of_one(enter, olga, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = enter(olga)
    counted = []
    for many in (range(1), range(1, 30)):
        for number in many:
            answered(ringing(f"7916555{number:04d}", key=f"k{number}"))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.get(reverse("calls"))
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_earlier_calls_follow_page_by_page(enter, olga, monkeypatch):
    from svyazka.workplaces.operator import call_list

    monkeypatch.setattr(call_list, "PAGE", 2)
    for number in range(5):
        tell(Kind.START, key=f"k{number}", second=number % 2, client_number=f"7916555{number:04d}", begun=BEGUN)
    browser = enter(olga)
    seen, before = [], None
    for _page in range(3):
        context = browser.get(reverse("calls"), {"before": before} if before else {}).context
        seen += [row.call.key for row in context["rows"]]
        before = context["before"]
    assert (sorted(seen), before) == ([f"k{number}" for number in range(5)], None)


BEGUN = clock.now() - timedelta(hours=1)


def test_a_card_of_no_call_is_not_found(enter, olga):
    assert enter(olga).get(reverse("call_card", args=[999])).status_code == 404


def test_an_engineer_sees_no_calls(enter, egor):
    call = ringing()
    browser = enter(egor)
    urls = [reverse("calls"), reverse("calls_mine"), reverse("call_card", args=[call.pk])]
    assert [browser.get(url).status_code for url in urls] == [403, 403, 403]
    assert save(browser, call, name="x").status_code == 403


def test_the_list_names_the_colleague_who_rang(enter, olga, egor):
    ringing(egor.phone.lstrip("+"))
    assert [row.who for row in enter(olga).get(reverse("calls")).context["rows"]] == [egor.full_name]


def test_a_hidden_number_is_nobody_of_ours(enter, olga):
    ended(answered(ringing("")))
    (row,) = enter(olga).get(reverse("calls")).context["rows"]
    assert (row.who, row.operator) == ("hidden number", olga.full_name)


def test_onto_the_waiting_list_from_the_card_while_he_is_on_the_phone(enter, olga, vera):
    deal = open_deal(vera, by=olga)
    answered(call := ringing("79161234567"))
    page = card(enter(olga), call).content.decode()
    assert f'hx-get="{reverse("waiting_new", args=[deal.pk])}"' in page
