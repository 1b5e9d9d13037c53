"""A short working day of the window firm, played through the doors that the real world uses."""

from __future__ import annotations

import asyncio
import html
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import yaml
from PIL import Image, ImageDraw

from svyazka.config.demo.doors import Colleague, Refusal, Street, first
from svyazka.connectors.asterisk.replay import StandIn, capture

# What people write in this story; in Russian, as the company does.
TEXTS: dict[str, str] = yaml.safe_load((Path(__file__).parent / "texts.yaml").read_text(encoding="utf-8"))
# She rings in the capture s01.
VERA = "+7 916 123-45-67"


@dataclass
class Stage:
    """Who and what the day is played with. `pace`: 1 as for a person who watches, 0 as fast as it goes."""

    street: Street
    pbx: StandIn
    address: str
    password: str
    pace: float
    say: Callable[[str], None]

    def colleague(self, login: str) -> Colleague:
        return Colleague(self.address, login, self.password)

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(max(0.3, seconds * self.pace))

    async def ring(self, scenario: str) -> None:
        await self.pbx.play(capture(scenario), speed=1 if self.pace else 8, restamp=True)


async def play(stage: Stage) -> None:
    for scene in SCENES:
        stage.say(str(scene.__doc__))
        await scene(stage)
        await stage.pause(4)


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
    await stage.ring("s01")


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
    await stage.ring("s02")


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
        page = await egor.read(f"/field/visits/{visit}/")
        await egor.send(page, r"/field/visits/\d+/status/", {"status": "done"})


async def mikhail_offers(stage: Stage) -> None:
    """Mikhail works out the price and moves the deal on to “Offer sent” (log in as mikhail)."""
    async with stage.colleague("mikhail") as mikhail:
        deal = await deal_of(mikhail, "9161234567")
        page = await mikhail.read(f"/deals/{deal}/")
        await mikhail.send(page, r"/deals/\d+/fields/", {"amount": "84 500"})
        page = await mikhail.read(f"/deals/{deal}/")
        await mikhail.send(page, r"/deals/\d+/notes/", {"text": TEXTS["offer"]})
        page = await mikhail.read(f"/deals/{deal}/")
        button = first(rf"hx-vals='([^']+)'[^>]*>\s*{TEXTS['offer_stage']}", page)
        await mikhail.do(f"/deals/{deal}/stage/", json.loads(html.unescape(button)))


async def others_come(stage: Stage) -> None:
    """Another site, a line that is busy, a call that a colleague takes over from the queue."""
    await stage.street.fill_in(
        "demo-balkony",
        {"name": TEXTS["anton"], "email": "anton.ryabov@example.ru", "message": TEXTS["balcony"]},
    )
    await stage.ring("s07")
    await stage.ring("s03")


async def nonsense_comes(stage: Stage) -> None:
    """Something that nobody can understand comes in: it is kept, and waits for a person (log in as anna, Arrivals)."""
    await stage.street.fill_in("demo-okna", {"name": TEXTS["somebody"], "phone": TEXTS["no_phone"]}, expect=422)


SCENES: list[Callable[[Stage], Awaitable[None]]] = [
    request_from_the_site,
    vera_rings,
    olga_books,
    vera_writes,
    semyon_gives_up,
    egor_measures,
    mikhail_offers,
    others_come,
    nonsense_comes,
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
