"""Set everything up and run it: `python3 dev.py demo` or `python3 dev.py test`.

Nothing but Python 3.11 or newer is needed, on Linux, macOS and Windows. All that is installed goes into the folder
`.venv` beside this file, so the system's own Python stays as it is.

    python3 dev.py demo [--port N]        the app on the demo neighbourhood, on this machine only
    python3 dev.py test [pytest options]  every test, those in a browser and on PostgreSQL too
    python3 dev.py lint                   ruff and mypy, as CI runs them
    python3 dev.py format                 let ruff put the code in order
    python3 dev.py translate              collect sentences into the catalogues, and compile them
    python3 dev.py setup                  only set up
    python3 dev.py lock [--upgrade]       write requirements.lock again after a change in pyproject.toml
"""

import sys

if sys.version_info < (3, 11):  # before anything that an older Python lacks; the file itself parses on Python 3.6
    sys.exit(
        "assetmap needs Python 3.11 or newer, and this is Python %d.%d (%s).\n"
        "Install a newer one, or name one that is there already: python3.12 dev.py demo"
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )

import ast
import hashlib
import os
import platform
import re
import shutil
import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "assetmap-ready"
UNFINISHED = VENV / "assetmap-unfinished"
BROWSER = VENV / "browser"

LOCKED = ["report", "postgres", "cluster", "test", "dev"]  # not bench: its peers are AGPL

# What pip calls a setting, and what uv does: uv reads none of pip's, and whoever set up pip meant it for this too.
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
}

BROWSER_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge", "microsoft-edge"]
BROWSER_PATHS = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    r"C:\Program Files\Microsoft\Edge\Application\msedge.exe",
]
PLAYWRIGHT_FOLDERS = ["~/.cache/ms-playwright", "~/Library/Caches/ms-playwright", "~/AppData/Local/ms-playwright"]
PLAYWRIGHT_FILES = [
    "chromium-*/chrome-*/chrome",
    "chromium-*/chrome-*/*.app/Contents/MacOS/*",
    "chromium-*/chrome-*/chrome.exe",
]
NPM_CHROMIUM = "@sparticuz/chromium@153.0.0"
NO_BROWSER = (
    "No Chromium was found and none could be fetched. Install Chromium, Chrome or Edge, or set ASSETMAP_CHROMIUM "
    "to the path of one."
)

POSTGRES_FOLDERS = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
]
POSTGRES_DEFAULTS = Path("/etc/postgresql-common/createcluster.conf")
NO_POSTGRES = (
    "No PostgreSQL with PostGIS was found and none could be fetched. On Debian and Ubuntu: sudo apt install "
    "postgresql postgresql-postgis. Elsewhere set ASSETMAP_POSTGRES to the folder that holds initdb and pg_ctl."
)


class SetupError(Exception):
    """A sentence for whoever ran the command: what went wrong and what to do."""


def main(arguments: list[str]) -> int:
    commands = {"demo": demo, "test": test, "lint": lint, "format": tidy, "translate": translate, "setup": setup,
                "lock": lock}  # fmt: skip
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 0 if arguments[:1] in ([], ["-h"], ["--help"]) else 2
    os.chdir(ROOT)
    try:
        set_up()
        return commands[arguments[0]](arguments[1:])
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def demo(arguments: list[str]) -> int:
    return run(PYTHON, "-m", "assetmap", "demo", *arguments)


def test(arguments: list[str]) -> int:
    chromium = find_chromium() or fetch_chromium()
    if chromium:
        os.environ["ASSETMAP_CHROMIUM"] = chromium
    else:
        say(NO_BROWSER)
    postgres = find_postgres() or fetch_postgres()
    if postgres:
        os.environ["ASSETMAP_POSTGRES"] = postgres
    else:
        say(NO_POSTGRES)
    # A process for each core. Files stay whole, for their fixtures, and in order, for the browser's to come last.
    parallel = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
    return run(PYTHON, "-m", "pytest", *parallel, *arguments)


def lint(arguments: list[str]) -> int:
    checks = [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]]
    return max([run(PYTHON, "-m", *check, *arguments) for check in checks])


def tidy(arguments: list[str]) -> int:
    return run(PYTHON, "-m", "ruff", "check", "--fix", ".") | run(PYTHON, "-m", "ruff", "format", ".")


def translate(arguments: list[str]) -> int:
    """New sentences come in empty, changed ones count as new, and what is no longer said goes."""
    babel = (PYTHON, "-m", "babel.messages.frontend", "-q")
    with tempfile.TemporaryDirectory() as folder:
        pot = Path(folder, "assetmap.pot")
        collect = ["extract", "-F", "assetmap/locale/babel.cfg", "-k", "M:1", "-k", "Mn:1,2", "--add-location=file"]
        merge = ["update", "-i", pot, "-d", "assetmap/locale", "-D", "assetmap", "--ignore-pot-creation-date"]
        return (
            run(*babel, *collect, "-o", pot, "assetmap")
            or run(*babel, *merge, "--no-fuzzy-matching", "--ignore-obsolete")
            or run(*babel, "compile", "-d", "assetmap/locale", "-D", "assetmap")
        )


def setup(arguments: list[str]) -> int:
    say(f"Ready: {PYTHON}")
    return 0


def lock(arguments: list[str]) -> int:
    """Resolve for every system and Python at once; without --upgrade, what is pinned stays where it still fits."""
    uv = find_uv()
    if uv is None:
        raise SetupError("The lock is written with uv, and uv could not be installed.")
    extras = [part for extra in LOCKED for part in ("--extra", extra)]
    how = ["--universal", "--generate-hashes", "--annotation-style", "line", "--no-annotate", "--quiet"]
    how += ["--custom-compile-command", "python3 dev.py lock"]
    # pip's indexes stay out of it: a private one may hold other files under the same version
    return run(uv, "pip", "compile", "pyproject.toml", *extras, "--group", "validator", *how, "-o", LOCK, *arguments)


# --- the environment ------------------------------------------------------------------------------------------------


def set_up() -> None:
    """Bring `.venv` to what requirements.lock says; nothing is done where it is so already."""
    if is_ready():
        return
    say("Setting up in .venv; the first time takes a minute or so …")
    fresh = not is_sound()
    if fresh:
        make_venv()
    try:
        install()
    except SetupError:
        if fresh:
            raise
        say("What is in .venv cannot be repaired in place; making it anew …")
        make_venv()
        install()


def fingerprint() -> str:
    """Changes when the lock, the project's own metadata or the place of the checkout does."""
    parts = [LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def installed() -> set[str]:
    """The installed distributions with their versions, as the names of their metadata folders."""
    packages = "Lib/site-packages" if WINDOWS else "lib/python3*/site-packages"
    return {folder.name for folder in VENV.glob(f"{packages}/*.dist-info") if (folder / "RECORD").exists()}


def is_ready() -> bool:
    """Whether the last set-up was for this very lock and all that it installed is still there."""
    if not STAMP.exists() or not is_sound():
        return False
    stamp, *distributions = STAMP.read_text(encoding="utf-8").splitlines()
    return stamp == fingerprint() and set(distributions) <= installed()


def is_sound() -> bool:
    """Whether `.venv` holds a Python that starts, is new enough, and was not left half filled."""
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    code = "import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    return run(PYTHON, "-c", code, quiet=True) == 0


def make_venv() -> None:
    """An empty environment with pip in it. Debian leaves out the part of Python that brings pip: three ways round."""
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        venv.create(VENV, with_pip=True, symlinks=not WINDOWS)
    except subprocess.CalledProcessError:
        if shutil.which("uv") and run("uv", "venv", "--clear", "--python", sys.executable, VENV) == 0:
            return
        if not apt_install("python3-venv", f"python3.{sys.version_info[1]}-venv"):
            raise SetupError(
                "This Python cannot make environments of its own (its module ensurepip is missing).\n"
                "On Debian and Ubuntu: sudo apt install python3-venv. Then run the same command again."
            ) from None
        shutil.rmtree(VENV, ignore_errors=True)
        if run(sys.executable, "-m", "venv", VENV) != 0:
            raise SetupError(f"{sys.executable} could not make the environment {VENV}.") from None


def install() -> None:
    """The lock, every file checked against its hash; then the project itself, editable. uv first, for speed."""
    UNFINISHED.touch()
    STAMP.unlink(missing_ok=True)
    steps = [["--no-deps", "--require-hashes", "-r", LOCK], ["--no-deps", "--no-build-isolation", "-e", ROOT]]
    for step in steps:
        uv = find_uv()
        if uv and run(uv, "pip", "install", "--quiet", "--python", PYTHON, *step, environment=uv_environment()) == 0:
            continue
        say("Going on with pip, which takes longer …")
        if run(*pip(), "install", "--quiet", *step) != 0:
            raise SetupError("Something could not be installed; the lines above say what. Is there a network?")
    STAMP.write_text("\n".join([fingerprint(), *sorted(installed())]), encoding="utf-8")
    UNFINISHED.unlink()


def pip() -> list[str | Path]:
    if run(PYTHON, "-m", "pip", "--version", quiet=True) != 0:
        run(PYTHON, "-m", "ensurepip", quiet=True)
    return [PYTHON, "-m", "pip"]


def find_uv() -> str | None:
    """uv from PATH or from `.venv`, where pip puts it, checked against its hash, if it is not there yet."""
    own = str(BIN / ("uv.exe" if WINDOWS else "uv"))
    for candidate in (shutil.which("uv"), own):
        if candidate and Path(candidate).exists() and run(candidate, "--version", quiet=True) == 0:
            return candidate
    entry = re.search(r"^uv==(?:.*\\\n)*.*$", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    if entry is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "uv.txt")
        wanted.write_text(entry[0], encoding="utf-8")
        done = run(*pip(), "install", "--quiet", "--no-deps", "--require-hashes", "-r", wanted)
    return own if done == 0 else None


def uv_environment() -> dict[str, str]:
    """The settings of pip (file and environment) in uv's words; what is set for uv itself goes before."""
    listing = subprocess.run([*map(str, pip()), "config", "list"], capture_output=True, text=True, cwd=ROOT).stdout
    settings: dict[str, str] = {}
    for section in ("global", "install", ":env:"):  # the later one wins, as in pip
        for line in listing.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(section + ".") and name.removeprefix(section + ".") in PIP_TO_UV:
                settings[PIP_TO_UV[name.removeprefix(section + ".")]] = str(ast.literal_eval(value))
    words = {name: value.split() for name, value in settings.items()}
    translated = {name: ("," if name == "UV_FIND_LINKS" else " ").join(parts) for name, parts in words.items()}
    # like pip, take a version from whichever index has it; the hashes say that it is the right one
    return {**translated, "UV_INDEX_STRATEGY": "unsafe-best-match", **os.environ}


# --- a browser for the tests ----------------------------------------------------------------------------------------


def find_chromium() -> str | None:
    """A Chromium on this machine: named, installed, of playwright, or fetched before."""
    named = os.environ.get("ASSETMAP_CHROMIUM")
    if named:
        if not Path(named).is_file():
            raise SetupError(f"ASSETMAP_CHROMIUM names {named}, and there is no such file.")
        return named
    candidates = [*filter(None, map(shutil.which, BROWSER_NAMES)), *BROWSER_PATHS]
    folders = [os.environ.get("PLAYWRIGHT_BROWSERS_PATH", ""), *PLAYWRIGHT_FOLDERS]
    for folder in filter(None, folders):
        for pattern in PLAYWRIGHT_FILES:
            candidates += map(str, sorted(Path(folder).expanduser().glob(pattern), reverse=True))
    candidates += [str(BROWSER / "debian/usr/lib/chromium/chromium"), str(BROWSER / "npm/chromium.sh")]
    return next((candidate for candidate in candidates if starts(candidate)), None)


def starts(browser: str) -> bool:
    """Whether it is there and can run: Ubuntu's package is an empty shell, an unpacked one may lack libraries."""
    return Path(browser).is_file() and (WINDOWS or run(browser, "--version", quiet=True) == 0)


def fetch_chromium() -> str | None:
    """A Chromium by the first way that works here, the quickest first."""
    say("No Chromium found for the browser tests; fetching one …")
    for way in (chromium_by_apt, chromium_unpacked, chromium_from_npm, chromium_from_playwright):
        way()
        found = find_chromium()
        if found:
            return found
    return None


def chromium_by_apt() -> None:
    apt_install("chromium", "fonts-dejavu-core")


def chromium_unpacked() -> None:
    """Without root, Debian's packages can be unpacked into a folder of ours where the shared libraries are there."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")) or is_root():
        return
    with tempfile.TemporaryDirectory() as folder:
        if run("apt-get", "download", "chromium", "chromium-common", quiet=True, folder=folder) == 0:
            for package in Path(folder).glob("*.deb"):
                (BROWSER / "debian").mkdir(parents=True, exist_ok=True)
                run("dpkg-deb", "-x", package, BROWSER / "debian")


def chromium_from_npm() -> None:
    """A package that carries the browser itself, compressed, with the libraries that it needs (Linux on x86-64)."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not (npm and node and sys.platform == "linux" and platform.machine() == "x86_64"):
        return
    folder = BROWSER / "npm"
    folder.mkdir(parents=True, exist_ok=True)
    if run(npm, "pack", NPM_CHROMIUM, quiet=True, folder=folder) != 0:
        return
    for archive in folder.glob("*.tgz"):
        run("tar", "-xzf", archive, "-C", folder)
        archive.unlink()
    code = "const z=require('zlib'),f=require('fs');for(const p of process.argv.slice(1))"
    code += "f.writeFileSync(p.slice(0,-3),z.brotliDecompressSync(f.readFileSync(p)))"
    parts = folder / "package" / "bin"
    run(node, "-e", code, *parts.glob("*.br"))
    for archive in parts.glob("*.tar"):
        run("tar", "-xf", archive, "-C", parts)
    script = folder / "chromium.sh"
    script.write_text(
        f'#!/bin/sh\nLD_LIBRARY_PATH="{parts}/lib:{parts}" exec "{parts}/chromium" "$@"\n', encoding="utf-8"
    )
    for program in (script, parts / "chromium"):
        if program.exists():
            program.chmod(0o755)


def chromium_from_playwright() -> None:
    run(PYTHON, "-m", "playwright", "install", "chromium")


# --- a database server for the tests --------------------------------------------------------------------------------


def find_postgres() -> str | None:
    """The folder of a PostgreSQL that has PostGIS: named, installed (the newest), or on PATH."""
    named = os.environ.get("ASSETMAP_POSTGRES")
    if named:
        if not serves(Path(named)):
            raise SetupError(f"ASSETMAP_POSTGRES names {named}: expected a folder with initdb, and PostGIS beside it.")
        return named
    found = [folder for pattern in POSTGRES_FOLDERS for folder in Path("/").glob(pattern.lstrip("/"))]
    found.sort(key=lambda folder: [int(part) for part in re.findall(r"\d+", str(folder))], reverse=True)
    found += [Path(program).resolve().parent for program in filter(None, [shutil.which("initdb")])]
    return next((str(folder) for folder in found if serves(folder)), None)


def serves(programs: Path) -> bool:
    """Whether a server can be started from a folder, and knows PostGIS."""
    if not all((programs / name).is_file() for name in ("initdb", "pg_config", "pg_ctl", "postgres")):
        return False
    listing = subprocess.run([str(programs / "pg_config"), "--sharedir"], capture_output=True, text=True)
    return Path(listing.stdout.strip(), "extension", "postgis.control").is_file()


def fetch_postgres() -> str | None:
    """Install Debian's; the tests start servers of their own, so on a fresh machine none is set up or started."""
    say("No PostgreSQL with PostGIS found for the tests; fetching one …")
    if is_root() and shutil.which("apt-get") and not POSTGRES_DEFAULTS.exists():
        POSTGRES_DEFAULTS.parent.mkdir(exist_ok=True)
        POSTGRES_DEFAULTS.write_text("create_main_cluster = false\n", encoding="utf-8")
    apt_install("postgresql", "postgresql-postgis")
    return find_postgres()


# --- small parts ----------------------------------------------------------------------------------------------------


def run(
    *command: str | Path, quiet: bool = False, environment: dict[str, str] | None = None, folder: str | Path = ROOT
) -> int:
    """The exit code of a command; 127 where it cannot even start."""
    sink = subprocess.DEVNULL if quiet else None
    try:
        return subprocess.run(
            [str(part) for part in command], stdout=sink, stderr=sink, env=environment, cwd=folder
        ).returncode
    except OSError:
        return 127


def apt_install(*packages: str) -> bool:
    """Install packages where this is Debian or Ubuntu and we are root; whether that worked."""
    if not (is_root() and shutil.which("apt-get")):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", environment=environment)
    install_them = ("apt-get", "install", "-y", "-qq", "--no-install-recommends")
    return run(*install_them, *packages, environment=environment, quiet=True) == 0


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
