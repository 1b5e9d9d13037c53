"""`svyazka demo`: a working day that a person can watch who has just installed the product."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from svyazka.config import beginning
from svyazka.config.demo.day import Stage, go_on, play
from svyazka.config.demo.doors import Colleague, Refusal, Street
from svyazka.config.demo.telephones import Otherwise, Telephones
from svyazka.config.ending import end_as_with_ctrl_c
from svyazka.config.holding import CannotStart
from svyazka.config.supervisor import following_us

QUICK = 0.1  # of a second is one of the telephone system's, where nobody watches
AFTERWARDS = """\
  The day is over, and the telephones go on: somebody rings every minute. Log in as olga: her phone is lifted by itself.
  On the card, “Transfer”, “Ask first” and “Connect” pass the client on, and a click on any number rings it.
  Look round as long as you like; stop with Ctrl-C."""


def main(*, fast: bool = False) -> int:
    """Plays into the Svyazka that runs on this data folder; starts one first where none runs."""
    end_as_with_ctrl_c()
    address = f"http://127.0.0.1:{os.environ.get('SVYAZKA_PORT', '8000')}"
    ours = None if _answers(address, "/healthz") else _start()
    try:
        _wait_until_ready(address, ours)
        kept = beginning.read_demonstration(beginning.demonstration_file())
        if not kept:
            raise CannotStart(
                "There is no demonstration company in this data folder. Name an empty one in SVYAZKA_DATA."
            )
        asyncio.run(_play(address, kept["password"], kept["bot_secret"], pace=0 if fast else 1, ours=ours))
    except (Refusal, Otherwise) as refusal:
        print(f"svyazka: the day went wrong: {refusal}", file=sys.stderr)
        return 1
    finally:
        if ours:
            _stop(ours)
    return 0


async def _play(
    address: str, password: str, bot_secret: str, *, pace: float, ours: subprocess.Popen[bytes] | None
) -> None:
    with TemporaryDirectory(prefix="svyazka-demo-pbx-") as recordings:
        pbx = Telephones(Path(recordings), pace=pace or QUICK)
        async with pbx.serving() as port, aiohttp.ClientSession() as session:
            async with Colleague(address, "anna", password) as anna:
                await connect_pbx(anna, port, recordings)
            await asyncio.wait_for(pbx.listened_to(), 40)
            print(
                f"\n  Watch it at {address}, for example as olga in one window and as mikhail in another.", flush=True
            )
            street = Street(session, address, bot_secret)
            stage = Stage(street, pbx, address, password, pace, say=lambda what: print(f"  • {what}", flush=True))
            await play(stage)
            if pace:
                _say(f"\n{AFTERWARDS}\n")
                await go_on(stage, is_on=lambda: ours is None or ours.poll() is None)


def _say(what: str) -> None:
    print(what, flush=True)


async def connect_pbx(anna: Colleague, port: int, recordings: str) -> None:
    """The administrator points Svyazka at the telephone system of the day: a stand-in on this machine."""
    access = {"host": "127.0.0.1", "port": port, "login": "crm"}
    access["secret"] = "crm-lab-secret"  # noqa: S105 - of the laboratory where the calls were captured
    access |= {"option_recordings": "folder", "option_recordings_folder": recordings}
    page = await anna.read("/office/pbx/")
    if "asterisk/demo" in page:
        number = page.split("asterisk/demo")[0].rsplit("/office/pbx/", 1)[1].split("/")[0]
        await anna.send(await anna.read(f"/office/pbx/{number}/"), rf"/office/pbx/{number}/", access)
    else:
        new = "/office/pbx/new/asterisk/"
        await anna.send(await anna.read(new), new, {**access, "code": "demo"})


def _answers(address: str, path: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(urllib.request.urlopen(f"{address}{path}", timeout=2).status == 200)  # noqa: S310 - loopback
    return False


def _start() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "svyazka.config.cli", "run"]
    return subprocess.Popen(command, start_new_session=True, preexec_fn=following_us())


def _wait_until_ready(address: str, ours: subprocess.Popen[bytes] | None) -> None:
    for _attempt in range(600):
        if _answers(address, "/readyz"):
            return
        if ours and ours.poll() is not None:
            raise CannotStart("Svyazka did not start; what it said stands above.")
        time.sleep(0.2)
    raise CannotStart("Svyazka did not get ready within two minutes.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Whoever is impatient says so to the whole house."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the terminal that closes sends it after Ctrl-C
    while process.poll() is None:
        with contextlib.suppress(KeyboardInterrupt):
            process.send_signal(signal.SIGINT)
            process.wait()
