"""Makes the environment, from whatever has been made already: `make setup` (to run) or `make setup-tests`.

Needs only Python 3.11 and its standard library. Every step leaves a stamp of what it was made from
and is passed over while nothing of that has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PAPER_FONTS = ROOT / "svyazka" / "kit" / "fonts"
VENDOR = ROOT / "svyazka" / "workplaces" / "shared" / "static" / "vendor"


def main(for_tests: bool) -> None:
    if sys.version_info < (3, 11):
        sys.exit("Svyazka needs Python 3.11 or newer; name it with: make PYTHON=python3.11 ...")
    make_environment()
    install_packages("dev" if for_tests else "run")
    install_ourselves()
    copy_browser_files()
    compile_languages()
    gather_static_files()
    if for_tests:
        find_browser()
        find_sip_server()
        find_mail_server()
        fetch_push_service()


def make_environment() -> None:
    if PYTHON.exists():
        return
    say("making .venv")
    if subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True).returncode:
        apt_install("python3-venv", "python3 has no venv module")
    run(sys.executable, "-m", "venv", VENV)


def install_packages(which: str) -> None:
    locks = [ROOT / "requirements" / f"{name}.txt" for name in ("run", "dev")]
    if done("packages-dev", locks) or (which == "run" and done("packages-run", locks[:1])):
        return
    say(f"installing Python packages ({which})")
    lock = ROOT / "requirements" / f"{which}.txt"
    run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", lock)
    finish(f"packages-{which}", locks if which == "dev" else locks[:1])


def install_ourselves() -> None:
    if done("svyazka", [ROOT / "pyproject.toml"]) and (VENV / "bin" / "svyazka").exists():
        return
    run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps",
        "--no-build-isolation", "-e", ROOT)  # fmt: skip
    finish("svyazka", [ROOT / "pyproject.toml"])


def copy_browser_files() -> None:
    sources = [ROOT / "package.json", ROOT / "package-lock.json"]
    fetched = ROOT / "node_modules" / "esbuild"
    if done("browser", sources) and all(folder.exists() for folder in (VENDOR, PAPER_FONTS, fetched)):
        return
    say("fetching browser files")
    run(*npm(), "ci", "--ignore-scripts", quiet=True)
    VENDOR.mkdir(parents=True, exist_ok=True)
    wanted = json.loads((ROOT / "package.json").read_text())
    for source, target in wanted["copied"].items():
        (VENDOR / target).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / "node_modules" / source, VENDOR / target)
    for package, target in wanted["bundled"].items():
        # Comes without a file that a browser could load.
        run(ROOT / "node_modules" / ".bin" / "esbuild", package, "--bundle", "--minify", "--format=esm",
            "--legal-comments=inline", f"--outfile={VENDOR / target}", quiet=True)  # fmt: skip
    for source, (target, letters) in wanted["letters"].items():
        # The whole font is 50 KB, the letters of the two languages 30, their weights that pages use 21.
        run(VENV / "bin" / "pyftsubset", ROOT / "node_modules" / source, f"--unicodes={letters}",
            "--layout-features=kern,liga,tnum,locl,ccmp,mark", f"--output-file={VENDOR / target}")  # fmt: skip
        run(PYTHON, ROOT / "scripts" / "screen_font.py", VENDOR / target, *wanted["weights"])
    make_paper_fonts(wanted["papers"])
    finish("browser", sources)


def make_paper_fonts(wanted: dict[str, list[str]]) -> None:
    """What papers are set in takes neither packed fonts nor such as have all weights in one: of each weight a file."""
    PAPER_FONTS.mkdir(exist_ok=True)
    for source, (family, *weights) in wanted.items():
        for weight in weights:
            target = PAPER_FONTS / f"{family}-{weight}.ttf".replace(" ", "-").lower()
            run(PYTHON, ROOT / "scripts" / "paper_font.py", ROOT / "node_modules" / source, family, weight, target)


def npm() -> list[str | Path]:
    """The machine's npm, or the one that comes in a wheel."""
    if shutil.which("npm"):
        return ["npm"]
    if not (VENV / "bin" / "npm").exists():
        run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes",
            "-r", ROOT / "requirements" / "node.txt")  # fmt: skip
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [VENV / "bin" / "npm"]


def compile_languages() -> None:
    for catalog in sorted((ROOT / "svyazka").rglob("locale/*/LC_MESSAGES/*.po")):
        compiled = catalog.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalog.stat().st_mtime:
            run(PYTHON, "-m", "babel.messages.frontend", "compile", "-i", catalog, "-o", compiled, quiet=True)


def gather_static_files() -> None:
    """Static files under names that carry their hash, compressed once."""
    own = [path for path in (ROOT / "svyazka").rglob("static/**/*") if path.is_file()]
    own.append(ROOT / "requirements" / "run.txt")  # packages bring files of their own
    own.append(ROOT / "svyazka" / "config" / "static_files.py")
    if done("static", own) and (ROOT / "build" / "static" / "staticfiles.json").exists():
        return
    say("gathering static files")
    run(VENV / "bin" / "svyazka", "collect", quiet=True)
    finish("static", own)


def find_browser() -> None:
    if os.environ.get("SVYAZKA_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome"):
        return
    apt_install("chromium", "the browser tests need Chromium")


def find_sip_server() -> None:
    """Without it only the tests of the softphone are left out; they say so."""
    if shutil.which("kamailio") or not can_apt_install():
        return
    apt_install("kamailio", "", "kamailio-websocket-modules")


def find_mail_server() -> None:
    """Without it only the tests of mailboxes are left out; they say so."""
    if shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or not can_apt_install():
        return
    apt_install("dovecot-imapd", "", "dovecot-lmtpd")


def fetch_push_service() -> None:
    """Of another hand, against which web push is tested; nothing of it runs at the customer's."""
    folder = ROOT / "tests" / "push_service"
    sources = [folder / "package.json", folder / "package-lock.json"]
    if done("push-service", sources) and (folder / "node_modules").exists():
        return
    say("fetching a push service")
    fetched = subprocess.run(
        [*map(str, npm()), "ci", "--ignore-scripts", "--fetch-retries=0", "--prefix", str(folder)],
        cwd=ROOT,
        capture_output=True,
    )
    if fetched.returncode:
        say("it was not to be had: the tests of web push against it are skipped")
        return
    finish("push-service", sources)


def apt_install(package: str, why: str, *further: str) -> None:
    if can_apt_install():
        say(f"installing {package}")
        subprocess.run(["apt-get", "update", "-q"], stdout=subprocess.DEVNULL, check=False)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command = ["apt-get", "install", "-y", "-q", package, *further]
        subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=True)
        return
    sys.exit(f"{why}; type: sudo apt-get install {package}")


def can_apt_install() -> bool:
    return os.geteuid() == 0 and bool(shutil.which("apt-get"))


def done(step: str, sources: list[Path]) -> bool:
    stamp = VENV / f".{step}"
    return stamp.exists() and stamp.read_text() == fingerprint(sources)


def finish(step: str, sources: list[Path]) -> None:
    (VENV / f".{step}").write_text(fingerprint(sources))


def fingerprint(sources: list[Path]) -> str:
    digest = hashlib.sha256()
    for source in sorted(sources):
        digest.update(str(source.relative_to(ROOT)).encode() + source.read_bytes())
    return digest.hexdigest()


def run(*command: str | Path, quiet: bool = False) -> None:
    outcome = subprocess.run([str(word) for word in command], cwd=ROOT, capture_output=quiet, text=True)
    if outcome.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{outcome.stdout or ''}{outcome.stderr or ''}")


def say(what: str) -> None:
    print(f"setup: {what}", flush=True)


if __name__ == "__main__":
    main(for_tests="--tests" in sys.argv)
