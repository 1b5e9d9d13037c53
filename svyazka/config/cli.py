"""The command line. Django is imported only by the commands that need it, so that `svyazka run` starts quickly."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import psycopg

from svyazka import __version__
from svyazka.config import given
from svyazka.config.database import WrongDatabase
from svyazka.config.embedded import CannotRun, DatabaseFolderUnreachable
from svyazka.config.holding import CannotStart, database_up
from svyazka.config.places import FolderUnusable, secret_key

Answer = int | None
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(words: list[str] | None = None) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "svyazka.config.settings")
    chosen = _parser().parse_args(words)
    try:
        if chosen.do is not _check:  # that one says what is wrong itself, and looks on
            given.make_sure()
        sys.exit(chosen.do(chosen) or 0)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except (CannotStart, CannotRun, FolderUnusable, WrongDatabase, DatabaseFolderUnreachable) as refusal:
        sys.exit(f"svyazka: {refusal}")
    except psycopg.OperationalError as refusal:
        sys.exit(f"svyazka: the database does not answer: {_first_line(refusal)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="svyazka",
        description="Svyazka, a CRM that links a call centre with the people who do the work afterwards.",
        epilog="Settings come from the environment (SVYAZKA_DATA, SVYAZKA_PORT ...): docs/how-to/settings.md",
    )
    parser.add_argument("--version", action="version", version=f"svyazka {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_running(commands)
    _add_care(commands)
    _add_staff(commands)
    _add_calls(commands)
    _add_blueprint(commands)
    _add_fetch(commands)
    _add_storage(commands)
    return parser


def _add_running(commands: Commands) -> None:
    _command(commands, "run", _run, "start everything on this machine, the database included")
    _command(commands, "web", _web, "only the pages (for a unit of its own behind the edge)")
    _command(commands, "worker", _worker, "only the worker: works off what somebody waits for")
    _command(commands, "chores", _chores, "only what can wait, and after all else: quiet calls, rounds, imports")
    _command(
        commands, "plan", _plan, "make the plan of days that somebody has asked for; the chores begin it themselves"
    )
    listen = _command(commands, "listen", _listen, "only the listeners: one for each telephone system and mailbox")
    listen.add_argument(
        "pbx", metavar="ACCOUNT", nargs="*", help="only these: asterisk/lab1 email/main ...; without any, all of them"
    )
    _command(commands, "edge", _edge, "only the door to the street: arrivals in, live events out")
    demo = _command(commands, "demo", _demo, "play a short working day through the real doors")
    demo.add_argument("--fast", action="store_true", help="without the pauses for people who watch")


def _add_care(commands: Commands) -> None:
    init = _command(commands, "init", _init, "begin a company, in an empty database")
    begins = init.add_mutually_exclusive_group(required=True)
    begins.add_argument("--blueprint", metavar="NAME", help="from windows, projects or a file of your own")
    begins.add_argument(
        "--empty", action="store_true", help="with nothing but an administrator: all else is set up on the screens"
    )
    init.add_argument("--demonstration", action="store_true", help="with staff, resources and forms to look round with")
    _command(commands, "migrate", _migrate, "bring the database to this version")
    backup = _command(commands, "backup", _backup, "write the database and the files into one archive")
    backup.add_argument("file", metavar="FILE", type=Path)
    backup.add_argument(
        "--with-key", action="store_true", help="put secret.key into it: then keep it as you keep the key"
    )
    restore = _command(commands, "restore", _restore, "read an archive into an empty database")
    restore.add_argument("file", metavar="FILE", type=Path)
    restore.add_argument(
        "--erased",
        metavar="LIST",
        type=Path,
        help="erased.jsonl of the house as it was last: whoever was erased since goes again",
    )
    check = _command(commands, "check", _check, "look at settings, database, clock, disk and say what is wrong")
    check.add_argument(
        "--migrations", action="store_true", help="only: does every change of a model have its migration?"
    )
    bench = _command(commands, "bench", _bench, "measure; prints one JSON object, fails when a must is missed")
    bench.add_argument(
        "name",
        metavar="NAME",
        choices=("pages", "start", "live", "process", "telephony", "visits", "field", "matching", "channels", "rules"),
        help="pages, start, live, process, telephony, visits, field, matching",
    )
    bench.add_argument("--quick", action="store_true", help="within a minute: a smaller base, the same rows")
    bench.add_argument("--history", action="store_true", help="telephony: with a year of calls behind it")
    rehearse = _command(
        commands, "rehearse", _rehearse, "show what would become of a company's own data; keeps nothing"
    )
    rehearse.add_argument("--base", metavar="FILE", type=Path, help="CSV of the clients there are")
    rehearse.add_argument("--leads", metavar="FILE", type=Path, help="CSV of requests, taken one by one")
    rehearse.add_argument("--dedupe", metavar="FILE", type=Path, help="CSV of rows of which none is a client yet")
    rehearse.add_argument("--out", metavar="FILE", type=Path, required=True, help="CSV of what was decided")
    _command(commands, "collect", _collect, "make static files small and gather them under names that carry their hash")


def _add_staff(commands: Commands) -> None:
    staff = commands.add_parser("staff", help="help for someone who cannot log in, and the first administrator")
    verbs = staff.add_subparsers(title="commands", metavar="COMMAND", required=True)
    password = _command(verbs, "password", _staff_password, "set a new password; their sessions end")
    password.add_argument("login", metavar="LOGIN")
    administrator = _command(verbs, "administrator", _staff_administrator, "take on an administrator")
    administrator.add_argument("login", metavar="LOGIN")
    administrator.add_argument("full_name", metavar="NAME")


def _add_storage(commands: Commands) -> None:
    storage = commands.add_parser("storage", help="where files lie: look whether it works, carry them over")
    verbs = storage.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _command(verbs, "check", _storage_check, "put a file into each store, read it and remove it")
    move = _command(verbs, "move", _storage_move, "carry all files over, compare each, then switch")
    move.add_argument("--to", choices=("s3", "folder"), required=True, help="where they go")
    move.add_argument("--dry-run", action="store_true", help="only say how much it would be")


def _add_blueprint(commands: Commands) -> None:
    blueprint = commands.add_parser("blueprint", help="a company's set-up as a file: check, export, compare, take over")
    verbs = blueprint.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = _command(verbs, "check", _blueprint_check, "say what is wrong in a file, with the line")
    check.add_argument("file", metavar="FILE", help="a file, or windows, projects")
    export = _command(verbs, "export", _blueprint_export, "write how this company is set up")
    export.add_argument("file", metavar="FILE", type=Path, nargs="?", help="without it: on the screen")
    compare = _command(verbs, "compare", _blueprint_compare, "say how a blueprint differs from this company")
    compare.add_argument("file", metavar="FILE", help="a file, or windows, projects")
    take = _command(verbs, "take", _blueprint_take, "take over what is new or different in a blueprint")
    take.add_argument("file", metavar="FILE", help="a file, or windows, projects")
    take.add_argument("parts", metavar="PART", nargs="*", help="fields, pipelines/sales ...; without any, all")


def _add_fetch(commands: Commands) -> None:
    fetch = _command(commands, "fetch", _fetch, "all that amoCRM or Bitrix24 knows, as tables in a folder")
    fetch.add_argument("system", metavar="SYSTEM", help="amocrm or bitrix24")
    fetch.add_argument("--access", metavar="FILE", type=Path, required=True, help="address and key, see docs/how-to")
    fetch.add_argument("--into", metavar="FOLDER", type=Path, required=True, help="broken off, it goes on there")
    fetch.add_argument("--since", metavar="DAY", type=datetime.fromisoformat, help="2026-11-26: only what has changed")
    fetch.add_argument("--language", choices=["ru", "en"], default="ru", help="of the titles in the tables")


def _add_calls(commands: Commands) -> None:
    calls = commands.add_parser("calls", help="calls anew from what the telephone systems have said")
    verbs = calls.add_subparsers(title="commands", metavar="COMMAND", required=True)
    rebuild = _command(verbs, "rebuild", _calls_rebuild, "make calls anew from the ledger, say how many differ")
    rebuild.add_argument("--since", metavar="DAY", type=date.fromisoformat, help="2026-11-26; without it: all there is")
    rebuild.add_argument("--until", metavar="DAY", type=date.fromisoformat, help="the last day; without it: today")
    rebuild.add_argument("--pbx", metavar="PBX", default="", help="only of this one: asterisk/lab1")


def _command(
    commands: Commands, name: str, do: Callable[[argparse.Namespace], Answer], what: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=what, description=what)
    parser.set_defaults(do=do)
    return parser


def _run(_chosen: argparse.Namespace) -> Answer:
    from svyazka.config import starting

    return starting.run()


def _web(_chosen: argparse.Namespace) -> Answer:
    from svyazka.config import starting

    command = starting.web_command(os.environ.get("SVYAZKA_WEB", "http://127.0.0.1:8001"))
    os.execve(command[0], command, {**os.environ, **starting.counters()})  # noqa: S606 - our own interpreter, no shell


def _worker(_chosen: argparse.Namespace) -> Answer:
    _with_django()
    from svyazka.config import working

    working.main()
    return 0


def _chores(_chosen: argparse.Namespace) -> Answer:
    _with_django()
    from svyazka.config import working

    working.do_chores()
    return 0


def _plan(_chosen: argparse.Namespace) -> Answer:
    _with_django()
    from svyazka.config import giving_way, planning

    giving_way.give_way()
    planning.work_off()
    return 0


def _listen(chosen: argparse.Namespace) -> Answer:
    import asyncio

    _with_django()
    asyncio.run(import_module("svyazka.config.listening").main(only=chosen.pbx))
    return 0


def _edge(_chosen: argparse.Namespace) -> Answer:
    environment = {**os.environ, "SVYAZKA_SECRET_KEY": secret_key()}
    os.execve(sys.executable, [sys.executable, "-m", "svyazka.edge"], environment)  # noqa: S606 - our own interpreter, no shell


def _demo(chosen: argparse.Namespace) -> Answer:
    from svyazka.config import demo

    return demo.main(fast=chosen.fast)


def _init(chosen: argparse.Namespace) -> Answer:
    from svyazka.config import beginning

    with database_up():
        _with_django()
        if chosen.empty:
            return beginning.begin_empty()
        return beginning.begin(chosen.blueprint, with_demonstration=chosen.demonstration)


def _migrate(_chosen: argparse.Namespace) -> Answer:
    with database_up():
        _with_django()
        from svyazka.config import migrating

        migrating.migrate()
    return 0


def _backup(chosen: argparse.Namespace) -> Answer:
    with database_up() as url:
        from svyazka.config import backup

        return backup.back_up(chosen.file, url=url, with_key=chosen.with_key)


def _restore(chosen: argparse.Namespace) -> Answer:
    """Whoever was erased since the archive was made goes again, before the house opens."""
    with database_up() as url:
        from svyazka.config import backup, migrating

        if chosen.erased:
            backup.bring_list(chosen.erased)
        backup.restore(chosen.file, url=url)
        if not migrating.erased_list().exists():
            print(f"No list of erased clients is here ({migrating.erased_list()}): see docs/how-to/erase-a-client.md.")
        _with_django()
        return migrating.erase_again()


def _check(chosen: argparse.Namespace) -> Answer:
    from svyazka.config import checks

    return checks.check_migrations() if chosen.migrations else checks.check()


def _bench(chosen: argparse.Namespace) -> Answer:
    from svyazka.config.bench import report

    return report.main("history" if chosen.history else chosen.name, quick=chosen.quick)


def _rehearse(chosen: argparse.Namespace) -> Answer:
    from svyazka.config import rehearsing

    if chosen.dedupe and not (chosen.base or chosen.leads):
        return rehearsing.dedupe(chosen.dedupe, chosen.out)
    if chosen.base and chosen.leads and not chosen.dedupe:
        return rehearsing.leads(chosen.base, chosen.leads, chosen.out)
    raise CannotStart("Say --base FILE --leads FILE, or --dedupe FILE.")


def _collect(_chosen: argparse.Namespace) -> Answer:
    _with_django()
    from svyazka.config import static_files

    static_files.gather()
    return 0


def _blueprint_check(chosen: argparse.Namespace) -> Answer:
    _with_django()
    from svyazka.config import blueprints

    return blueprints.check(chosen.file)


def _blueprint_export(chosen: argparse.Namespace) -> Answer:
    return _with_company(lambda blueprints: blueprints.export(chosen.file))


def _blueprint_compare(chosen: argparse.Namespace) -> Answer:
    return _with_company(lambda blueprints: blueprints.compare(chosen.file))


def _blueprint_take(chosen: argparse.Namespace) -> Answer:
    return _with_company(lambda blueprints: blueprints.take(chosen.file, chosen.parts))


def _calls_rebuild(chosen: argparse.Namespace) -> Answer:
    with database_up() as url:
        _refuse_older(url)
        _with_django()
        from svyazka.config import rebuilding

        return rebuilding.main(chosen.since, chosen.until, pbx=chosen.pbx)


def _fetch(chosen: argparse.Namespace) -> Answer:
    _with_django()
    from svyazka.config import fetching

    return fetching.main(chosen.system, chosen.access, chosen.into, since=chosen.since, language=chosen.language)


def _with_company(do: Callable[[Any], Answer]) -> Answer:
    with database_up() as url:
        _refuse_older(url)
        _with_django()
        return do(import_module("svyazka.config.blueprints"))


def _staff_password(chosen: argparse.Namespace) -> Answer:
    with database_up() as url:
        _refuse_older(url)
        _with_django()
        from svyazka.config import staffing

        return staffing.set_password(chosen.login)


def _staff_administrator(chosen: argparse.Namespace) -> Answer:
    with database_up() as url:
        _refuse_older(url)
        _with_django()
        from svyazka.config import staffing

        return staffing.take_on_administrator(chosen.login, chosen.full_name)


def _refuse_older(url: str) -> None:
    from svyazka.config import migrating

    with psycopg.connect(url, autocommit=True) as connection:
        if migrating.missing(connection):
            raise CannotStart("The database is empty or of an older version; type: svyazka migrate")


def _storage_check(_chosen: argparse.Namespace) -> Answer:
    from svyazka.config import moving_files

    return moving_files.look()


def _storage_move(chosen: argparse.Namespace) -> Answer:
    from svyazka.config import moving_files

    return moving_files.move(chosen.to, is_dry=chosen.dry_run)


def _with_django() -> None:
    import django

    django.setup()


def _first_line(refusal: Exception) -> str:
    return (str(refusal).strip().splitlines() or ["no reason given"])[0]


if __name__ == "__main__":
    main()
