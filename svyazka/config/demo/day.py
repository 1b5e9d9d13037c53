"""A short working day of the window firm, played through the doors that the real world uses."""

from __future__ import annotations

import asyncio
import contextlib
import html
import io
import itertools
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import yaml
from PIL import Image, ImageDraw

from svyazka.config.demo import tomorrow
from svyazka.config.demo.doors import Colleague, Refusal, Street, first
from svyazka.config.demo.telephones import TALKS, Otherwise, Telephones

# What people write in this story; in Russian, as the company does.
TEXTS: dict[str, str] = yaml.safe_load((Path(__file__).parent / "texts.yaml").read_text(encoding="utf-8"))
VERA = "+7 916 123-45-67"
VERA_RINGS, SEMYON, ZAKHAR, PYOTR, GLEB, LEV = (
    "79161234567",
    "79165550001",
    "79165550003",
    "79165550007",
    "79165550004",
    "79165550005",
)
OLGA, OKSANA, MIKHAIL, DINA, ROZA = "101", "102", "110", "111", "120"


@dataclass
class Stage:
    """Who and what the day is played with. `pace`: 1 as for a person who watches, 0 as fast as it goes."""

    street: Street
    pbx: Telephones
    address: str
    password: str
    pace: float
    say: Callable[[str], None]
    recorded: list[str] = field(default_factory=list)  # numbers of calls, the one that was passed on first

    def colleague(self, login: str) -> Colleague:
        return Colleague(self.address, login, self.password)

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(max(0.3, seconds * self.pace))

    async def talk(self, seconds: float) -> None:
        """A second at least: it is to be heard in the recording."""
        await asyncio.sleep(max(1.0, seconds * self.pace))


async def play(stage: Stage) -> None:
    for scene in SCENES:
        stage.say(" ".join(str(scene.__doc__).split()))
        try:
            await scene(stage)
        except Otherwise as how:
            if not stage.pace:
                raise
            stage.say(f"This call went another way ({how}).")
        await stage.pause(4)


async def go_on(stage: Stage, *, is_on: Callable[[], bool]) -> None:
    """After the day: somebody rings every minute, for whoever wants to click himself."""
    for number in itertools.cycle((VERA_RINGS, LEV, GLEB)):
        if not is_on():
            return
        await stage.pbx.call(number, queue="sales", seconds=TALKS)
        await stage.pause(15)


async def the_shift_begins(stage: Stage) -> None:
    """Olga is ready for calls, Oksana has her lunch; who does what stands on the wallboard (log in as roza)."""
    async with stage.colleague("anna") as anna:
        await anna.send(await anna.read("/office/floor/"), "/office/floor/", {"after_call_seconds": "60"})
    for login, state in (("oksana", "break/lunch"), ("olga", "ready")):
        await _switch(stage, login, state)


async def request_from_the_site(stage: Stage) -> None:
    """A visitor of okna.example.ru leaves a request: it stands in the queue, with a deal (log in as olga)."""
    request = {
        "id": f"demo-{id(stage)}",
        "name": TEXTS["vera"],
        "phone": VERA,
        "message": TEXTS["wants"],
        "page": "https://okna.example.ru/plastikovye-okna/",
        "utm_source": "yandex",
        "utm_campaign": "okna-moskva",
    }
    await stage.street.fill_in("demo-okna", request)
    await stage.street.fill_in("demo-okna", request)  # an impatient second click changes nothing


async def vera_rings(stage: Stage) -> None:
    """Vera rings; olga's phone (101) rings, and the card of the call shows who it is."""
    async with stage.pbx.caller(VERA_RINGS, to=OLGA):
        await stage.pbx.until_speaks(VERA_RINGS, with_phone=OLGA)
        await stage.talk(8)


async def olga_books(stage: Stage) -> None:
    """Olga takes up the request, writes down the address, books the measurement and hands the deal to Mikhail."""
    async with stage.colleague("olga") as olga:
        queue = await olga.read("/queue/")
        await olga.send(queue, r"/queue/\d+/taking/")
        deal = await deal_of(olga, "9161234567")
        page = await olga.read(f"/deals/{deal}/")
        facts = {"client_name": TEXTS["vera"], "address": TEXTS["address"], "openings": "3"}
        await olga.send(page, r"/deals/\d+/fields/", facts)
        await stage.pause(3)
        windows = await olga.read(f"/deals/{deal}/visits/new/?kind=measurement")
        slot = first(r'name="slot" value="([^"]+)"', windows)
        await olga.send(windows, rf"/deals/{deal}/visits/", {"slot": slot, "wishes": TEXTS["wishes"]})
        colleagues = await olga.read(f"/deals/{deal}/responsible/")
        mikhail = first(rf'value="(\d+)"[^>]*>{TEXTS["mikhail"]}', colleagues)
        await olga.send(colleagues, r"/deals/\d+/responsible/", {"responsible": mikhail})


async def vera_writes(stage: Stage) -> None:
    """Vera writes to the bot and shares her contact: the same client, the same deal, one history."""
    sender = {
        "id": 700100,
        "is_bot": False,
        "first_name": TEXTS["vera_short"],
        "username": "vera_p",
        "language_code": "ru",
    }
    chat = {"id": 700100, "type": "private", "first_name": TEXTS["vera_short"]}
    contact = {"phone_number": "79161234567", "first_name": TEXTS["vera_short"], "user_id": 700100}
    await stage.street.write_to_bot("demo-bot", {"from": sender, "chat": chat, "contact": contact})
    await stage.pause(2)
    await stage.street.write_to_bot("demo-bot", {"from": sender, "chat": chat, "text": TEXTS["intercom"]})


async def semyon_gives_up(stage: Stage) -> None:
    """Semyon rings and gives up in the queue: a missed call waits to be taken up."""
    with stage.pbx.not_lifting(OLGA, OKSANA):
        async with stage.pbx.caller(SEMYON, queue="sales"):
            await stage.talk(12)
    async with stage.colleague("anna") as anna:
        queue = await _queue(anna)
        await anna.send(await anna.read(queue), queue, {"name": TEXTS["queue"]})


async def vera_is_passed_on(stage: Stage) -> None:
    """Vera rings again; Olga passes her on to Mikhail with one click. The recording goes on across it."""
    async with stage.pbx.caller(VERA_RINGS, to=OLGA), stage.colleague("olga") as olga:
        await stage.pbx.until_speaks(VERA_RINGS, with_phone=OLGA)
        await stage.talk(8)
        stage.recorded.append(await _click(olga, "transfer", MIKHAIL))
        await stage.pbx.until_speaks(VERA_RINGS, with_phone=MIKHAIL)
        await stage.talk(10)


async def dina_is_asked_first(stage: Stage) -> None:
    """A new client waits in the queue; Olga asks Dina first, and connects them after a word."""
    async with stage.pbx.caller(LEV, queue="sales"), stage.colleague("olga") as olga:
        await stage.pbx.until_speaks(LEV, with_phone=OLGA)
        await stage.talk(6)
        await _click(olga, "consult", DINA)
        await stage.pbx.until_answered(DINA)
        await stage.talk(4)
        await _click(olga, "connect")
        await stage.pbx.until_speaks(LEV, with_phone=DINA)
        await stage.talk(6)


async def roza_does_not_answer(stage: Stage) -> None:
    """Olga passes a client on to Roza, who does not lift: he becomes a task of hers (log in as roza, My day)."""
    with stage.pbx.not_lifting(ROZA):
        async with stage.pbx.caller(GLEB, to=OLGA), stage.colleague("olga") as olga:
            await stage.pbx.until_speaks(GLEB, with_phone=OLGA)
            await stage.talk(6)
            await _click(olga, "transfer", ROZA)
            await stage.pbx.until_over(GLEB)


async def egor_measures(stage: Stage) -> None:
    """Egor on his phone: on my way, started, a photo, a note, done (log in as egor). The deal goes on by itself."""
    async with stage.colleague("olga") as olga:
        deal = await deal_of(olga, "9161234567")
        visit = first(r"/visits/(\d+)/", await olga.read(f"/deals/{deal}/"))
        engineer = await _who_goes(olga, visit)
    async with stage.colleague(engineer) as egor:
        for status in ("on_way", "started"):
            page = await egor.read(f"/field/visits/{visit}/")
            await egor.send(page, r"/field/visits/\d+/status/", {"status": status})
            await stage.pause(3)
        page = await egor.read(f"/field/visits/{visit}/")
        await egor.send_photo(page, r"/field/visits/\d+/photos/", _photo())
        await egor.send(page, r"/field/visits/\d+/report/", {"text": TEXTS["report"]})
        await _work_besides(egor, visit)
        page = await egor.read(f"/field/visits/{visit}/")
        await egor.send(page, r"/field/visits/\d+/status/", {"status": "done"})


async def _work_besides(egor: Colleague, visit: str) -> None:
    """A material, two extra works, of one of which nobody has asked the client, and what she pays at once."""
    own = f"/field/visits/{visit}"
    page = await egor.read(f"{own}/site-work/")
    await egor.send(
        page, rf"{own}/materials/", {**_own_row(), "name": TEXTS["material"], "quantity": "2", "unit": TEXTS["pieces"]}
    )
    work = {
        "quantity": "1",
        "price": "500",
        "unit": TEXTS["pieces"],
        "consent": "on_spot",
        "consent_name": TEXTS["vera"],
    }
    await egor.send(page, rf"{own}/extra-works/", {**_own_row(), **work, "name": TEXTS["one_more_opening"]})
    asked = {
        **_own_row(),
        "name": TEXTS["adjusted"],
        "quantity": "2",
        "price": "700",
        "unit": TEXTS["pieces"],
        "consent": "",
    }
    await egor.send(page, rf"{own}/extra-works/", asked)
    paid = {**_own_row(), "amount": "500", "way": "cash", "receipt": "1047"}
    await egor.send(page, rf"{own}/payments/", paid)


def _own_row() -> dict[str, str]:
    return {"row": str(uuid4())}


async def mikhail_offers(stage: Stage) -> None:
    """Mikhail works out the price and moves the deal on to “Offer sent” (log in as mikhail)."""
    async with stage.colleague("mikhail") as mikhail:
        deal = await deal_of(mikhail, "9161234567")
        page = await mikhail.read(f"/deals/{deal}/")
        await mikhail.send(page, r"/deals/\d+/fields/", {"amount": "84 500"})
        page = await mikhail.read(f"/deals/{deal}/")
        await mikhail.send(page, r"/deals/\d+/notes/", {"text": TEXTS["offer"]})
        page = await mikhail.read(f"/deals/{deal}/")
        button = re.search(rf"hx-vals='([^']+)'[^>]*>\s*{TEXTS['offer_stage']}", page)
        if button:  # on the second day in the same folder it stands there already
            await mikhail.do(f"/deals/{deal}/stage/", json.loads(html.unescape(button[1])))


async def the_next_day_fills(stage: Stage) -> None:
    """Six people want a measurement; Olga books five of them as they ask for it. Criss-cross: let the house plan that
    day (log in as dina, Calendar, Plans). Kira is left to you: her windows say who is nearby (log in as olga)."""
    await tomorrow.ask(stage.street, wants=TEXTS["wants"])
    async with stage.colleague("olga") as olga:
        for client in tomorrow.BOOKED:
            deal = await deal_of(olga, "".join(filter(str.isdecimal, client["phone"]))[1:])
            await tomorrow.take_up(olga, client)
            await tomorrow.book(olga, deal, client)
            await stage.pause(1)


async def others_come(stage: Stage) -> None:
    """Another site, a line that is busy, a call that a colleague takes over from the queue."""
    await stage.street.fill_in(
        "demo-balkony",
        {"name": TEXTS["anton"], "email": "anton.ryabov@example.ru", "message": TEXTS["balcony"]},
    )
    await stage.pbx.engaged(PYOTR, at=MIKHAIL)
    await _switch(stage, "oksana", "ready")
    with stage.pbx.not_lifting(OLGA):
        async with stage.pbx.caller(ZAKHAR, queue="sales"):
            await stage.pbx.until_speaks(ZAKHAR, with_phone=OKSANA)
            await stage.talk(6)
            async with stage.colleague("oksana") as oksana:
                stage.recorded.append(await _own_call(oksana))
    await _switch(stage, "oksana", "break/rest")


async def nonsense_comes(stage: Stage) -> None:
    """Something that nobody can understand comes in: it is kept, and waits for a person (log in as anna, Arrivals)."""
    await stage.street.fill_in("demo-okna", {"name": TEXTS["somebody"], "phone": TEXTS["no_phone"]}, expect=422)


async def recordings_come(stage: Stage) -> None:
    """The recordings come from the telephone system, some seconds after each call."""
    async with stage.colleague("roza") as roza:
        for call in stage.recorded:
            await _until_heard(roza, call)
    if stage.recorded:
        stage.say(
            f"Listen to Vera, Olga and Mikhail: {stage.address}/calls/{stage.recorded[0]}/ (log in as mikhail)."
            f" Who does what, and how many were answered in time: {stage.address}/wallboard/ (log in as roza)."
        )


SCENES: list[Callable[[Stage], Awaitable[None]]] = [
    the_shift_begins,
    request_from_the_site,
    vera_rings,
    olga_books,
    vera_writes,
    semyon_gives_up,
    vera_is_passed_on,
    dina_is_asked_first,
    egor_measures,
    mikhail_offers,
    the_next_day_fills,
    roza_does_not_answer,
    others_come,
    nonsense_comes,
    recordings_come,
]


async def deal_of(colleague: Colleague, digits: str) -> str:
    """The deal of whoever has these digits in his number, as soon as the worker has opened it."""
    for _attempt in range(50):
        hits = await colleague.read(f"/search/?q={digits}")
        if "/clients/" in hits:
            client = await colleague.read(f"/clients/{first(r'/clients/([0-9]+)/', hits)}/")
            return first(r"/deals/(\d+)/", client)
        await asyncio.sleep(0.2)
    raise Refusal(f"the search finds nobody with {digits}")


async def _click(colleague: Colleague, do: str, extension: str = "") -> str:
    """A button on the card of the call on his phone, as soon as it is offered. Says the number of the call."""
    for _attempt in range(50):
        with contextlib.suppress(Refusal):
            call = await _own_call(colleague)
            part = f"colleagues/?q={extension}" if extension else "card/"
            to = first(rf'"do": "{do}"(?:, "to": "(\d+)")?', await colleague.read(f"/calls/{call}/{part}"))
            await colleague.do(f"/calls/{call}/commands/", {"do": do, "to": to or "", "click": uuid4().hex})
            return call
        await asyncio.sleep(0.2)
    raise Otherwise(f"{colleague.login} cannot {do}")


async def _own_call(colleague: Colleague) -> str:
    return first(r'id="call-(\d+)"', await colleague.read("/calls/mine/"))


async def _until_heard(colleague: Colleague, call: str) -> None:
    for _attempt in range(200):
        if 'class="player"' in await colleague.read(f"/calls/{call}/recording/"):
            return
        await asyncio.sleep(0.2)
    raise Refusal(f"the recording of the call {call} does not come")


async def _queue(anna: Colleague) -> str:
    """The page of the queue, of which the house knows from its first call on."""
    for _attempt in range(50):
        with contextlib.suppress(Refusal):
            return first(r'href="(/office/floor/queues/\d+/)"', await anna.read("/office/floor/"))
        await asyncio.sleep(0.2)
    raise Refusal("the queue does not appear on the page of the call centre")


async def _switch(stage: Stage, login: str, state: str) -> None:
    async with stage.colleague(login) as colleague:
        await colleague.do("/floor/mine/state/", {"to": state})


async def _who_goes(olga: Colleague, visit: str) -> str:
    return "ilya" if TEXTS["ilya"] in await olga.read(f"/visits/{visit}/") else "egor"


def _photo() -> bytes:
    """A window, drawn: no photograph of anybody's home stands in the repository."""
    picture = Image.new("RGB", (1200, 900), "#c9d6df")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((250, 120, 950, 780), fill="#f7f9fa", outline="#6b7a86", width=18)
    draw.rectangle((290, 160, 590, 740), fill="#9cc4e4")
    draw.rectangle((610, 160, 910, 740), fill="#a9cde9")
    stored = io.BytesIO()
    picture.save(stored, "JPEG", quality=85)
    return stored.getvalue()
