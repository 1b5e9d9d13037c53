"""What browsers are given: our own scripts and styles made small, all of it under names that carry their hash."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from svyazka.config.places import CHECKOUT

WORKPLACES = CHECKOUT / "svyazka" / "workplaces"
# The one module that is not loaded as a module: it takes along what it imports.
WORKER = Path("field/worker.js")
_SHORT = ("--minify", "--charset=utf8", "--legal-comments=none", "--log-level=warning", "--allow-overwrite")


class NothingToMakeSmall(RuntimeError):
    pass


def gather() -> None:
    with tempfile.TemporaryDirectory() as folder:
        make_small(Path(folder))
        # The first of two files of one name is taken.
        settings.STATICFILES_DIRS = [folder]
        # The settings take the storage with hashed names only once its list is there; this makes it.
        settings.STORAGES = {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
        }
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)


def make_small(folder: Path) -> None:
    """Each module stays a file of its own, as they name each other; comments and long names stay at home."""
    for static in sorted(WORKPLACES.glob("*/static")):
        shutil.copytree(static, folder, ignore=_but_scripts_and_styles, dirs_exist_ok=True)
    _esbuild("--bundle", "--format=iife", f"--outfile={folder / WORKER}", folder / WORKER)
    modules = sorted(path for path in folder.rglob("*.*") if path != folder / WORKER)
    _esbuild(f"--outdir={folder}", f"--outbase={folder}", *modules)


def _but_scripts_and_styles(folder: str, names: list[str]) -> list[str]:
    return [
        name
        for name in names
        if name == "vendor" or ((Path(folder) / name).is_file() and Path(name).suffix not in (".js", ".css"))
    ]


def _esbuild(*words: str | Path) -> None:
    subprocess.run([_binary(), *_SHORT, *map(str, words)], check=True)


def _binary() -> Path:
    """By itself: the script around it wants a machine with node."""
    found = next((CHECKOUT / "node_modules" / "@esbuild").glob("*/bin/esbuild"), None)
    if not found:
        raise NothingToMakeSmall("esbuild is not in node_modules: run scripts/setup.py")
    return found
