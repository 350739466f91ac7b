"""Do the lock, the metadata, the wheel and dev.py keep what the README promises of them?"""

from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import dev

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENTRIES = [entry for entry in re.split(r"\n(?=\w)", LOCK) if re.match(r"\w", entry)]
PINS = [Requirement(entry.partition("\\")[0].strip()) for entry in ENTRIES]


def wanted() -> list[Requirement]:
    """All that pyproject.toml asks for and the lock should pin."""
    extras = PROJECT["project"]["optional-dependencies"]
    texts = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["validator"]
    return [Requirement(text) for text in texts + [text for extra in dev.LOCKED for text in extras[extra]]]


def tracked(folder: str) -> set[str]:
    """The files under a folder that are committed, as they would be in a fresh clone."""
    listing = subprocess.run(["git", "ls-files", "-z", folder], cwd=ROOT, check=True, capture_output=True, text=True)
    return {name for name in listing.stdout.split("\0") if name and (ROOT / name).exists()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.iterdir()
    return zipfile.ZipFile(path)


def test_the_lock_pins_all_that_the_project_asks_for() -> None:
    for requirement in wanted():
        pins = [pin for pin in PINS if canonicalize_name(pin.name) == canonicalize_name(requirement.name)]
        assert pins, f"{requirement} is not in requirements.lock: python3 dev.py lock"
        for pin in pins:
            (version,) = pin.specifier
            assert requirement.specifier.contains(version.version), f"{pin} does not satisfy {requirement}"


def test_every_entry_of_the_lock_has_a_version_and_hashes() -> None:
    assert len(ENTRIES) > 100
    for entry, pin in zip(ENTRIES, PINS, strict=True):
        assert [clause.operator for clause in pin.specifier] == ["=="], entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_the_lock_names_no_host_and_no_folder() -> None:
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|--trusted-host| @ ", LOCK)
    assert not re.search(r"(^|\s)/\w+/", LOCK)


def test_agpl_peers_and_what_must_be_compiled_stay_out_of_the_lock() -> None:
    names = {canonicalize_name(pin.name) for pin in PINS}
    assert not names & {"pandana", "gdal"}


def test_locks_that_name_hosts_are_ignored() -> None:
    for name in ("uv.lock", "package-lock.json", ".venv/x", "assetmap-store/map.gpkg"):
        assert subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT).returncode == 0, name


def test_version_and_licence_are_the_same_everywhere() -> None:
    project = PROJECT["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(rf"^version: {re.escape(project['version'])}$", citation, re.MULTILINE)
    assert re.search(rf"^license: {project['license']}$", citation, re.MULTILINE)
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_wheel_carries_every_committed_file_of_the_package_and_the_demo(wheel: zipfile.ZipFile) -> None:
    inside = set(wheel.namelist())
    assert tracked("assetmap") - inside == set()
    assert {name.replace("data/", "assetmap/demo_data/", 1) for name in tracked("data")} - inside == set()
    assert "assetmap/demo_data/README.md" in inside


def test_the_wheel_brings_the_command_and_nothing_beside_the_package(wheel: zipfile.ZipFile) -> None:
    (entry_points,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "assetmap = assetmap.cli:main" in wheel.read(entry_points).decode()
    assert {name.partition("/")[0] for name in wheel.namelist()} == {"assetmap", entry_points.partition("/")[0]}


def test_dev_tells_an_older_python_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    source = (ROOT / "dev.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    with pytest.raises(SystemExit, match=r"needs Python 3.11 or newer, and this is Python 3\.9") as stopped:
        runpy.run_path(str(ROOT / "dev.py"))
    assert stopped.value.code


def test_dev_imports_the_standard_library_only() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"))
    plain = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    named = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert {name.partition(".")[0] for name in plain + named} <= sys.stdlib_module_names


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that dev.py takes for its `.venv`; the lock and the project are the real ones."""
    folder = tmp_path / "venv"
    for name, path in {
        "VENV": folder,
        "PYTHON": folder / dev.PYTHON.relative_to(dev.VENV),
        "STAMP": folder / dev.STAMP.name,
        "UNFINISHED": folder / dev.UNFINISHED.name,
    }.items():
        monkeypatch.setattr(dev, name, path)
    return folder


def test_dev_sees_whether_an_environment_is_whole(environment: Path) -> None:
    assert not dev.is_ready()
    dev.make_venv()
    assert dev.is_sound()
    assert not dev.is_ready(), "empty is not ready"
    (package,) = environment.glob("[Ll]ib/**/pip-*.dist-info")
    dev.STAMP.write_text("\n".join([dev.fingerprint(), package.name]), encoding="utf-8")
    assert dev.is_ready()
    (package / "RECORD").unlink()
    assert not dev.is_ready(), "a package that was half removed is noticed"
    dev.UNFINISHED.touch()
    assert not dev.is_sound(), "an interrupted set-up is begun anew"
    dev.make_venv()
    assert dev.is_sound()
    dev.PYTHON.unlink()
    assert not dev.is_sound(), "an environment whose Python is gone is made anew"


def test_the_settings_of_pip_hold_for_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody has set up a mirror for pip, uv must not go round it."""
    pytest.importorskip("pip", reason="environments that uv made have no pip, and so no settings of pip")
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nindex-url = https://mirror.invalid/simple\nextra-index-url =\n    https://a.invalid\n"
        "    https://b.invalid\n[install]\nfind-links = /one /two\n"
    )
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_", "SSL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setenv("PIP_CERT", "/etc/mirror.pem")
    monkeypatch.setenv("UV_FIND_LINKS", "/mine")
    monkeypatch.setattr(dev, "pip", lambda: [sys.executable, "-m", "pip"])
    translated = dev.uv_environment()
    assert translated["UV_DEFAULT_INDEX"] == "https://mirror.invalid/simple"
    assert translated["UV_INDEX"] == "https://a.invalid https://b.invalid"
    assert translated["UV_FIND_LINKS"] == "/mine", "what is set for uv itself goes before"
    assert translated["SSL_CERT_FILE"] == "/etc/mirror.pem"


def test_a_named_browser_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSETMAP_CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(dev.SetupError, match="no such file"):
        dev.find_chromium()


def test_a_named_server_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSETMAP_POSTGRES", str(tmp_path))
    with pytest.raises(dev.SetupError, match="a folder with initdb, and PostGIS"):
        dev.find_postgres()


def test_axe_is_the_version_that_its_notice_says() -> None:
    vendor = ROOT / "tests" / "browser" / "vendor"
    version = re.search(r"axe v([\d.]+)", (vendor / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    assert version
    assert version[1] in (vendor / "README.md").read_text(encoding="utf-8")
    assert "Mozilla Public License" in (vendor / "axe-core" / "LICENSE").read_text(encoding="utf-8")
