"""Does the wheel, installed where no checkout is, bring the demo with it?"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but what the wheel unpacks to. Built and installed without asking any index."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("assetmap-*.whl")
    target = folder / "site"
    unpack = [sys.executable, "-m", "uv", "pip", "install", "--offline", "--no-deps", "--target", str(target)]
    subprocess.run([*unpack, str(wheel)], check=True, capture_output=True)
    return target


@pytest.fixture(scope="module")
def environment(installed: Path) -> dict[str, str]:
    """That folder goes before the editable checkout; the dependencies come from this environment."""
    return {**os.environ, "PYTHONPATH": str(installed)}


def test_the_installed_package_is_the_one_that_runs(
    installed: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    code = "import assetmap.demo as demo; print(demo.demo_folder())"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    )
    demo = Path(run.stdout.strip())
    assert demo == installed / "assetmap" / "demo_data"
    assert {path.name for path in demo.iterdir()} >= {path.name for path in (ROOT / "data").iterdir()}


@pytest.fixture(scope="module")
def demo_url(
    environment: dict[str, str],
    installed: Path,
    start_server: Callable[..., str],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """`assetmap demo`, by the command that the wheel installs, in an empty folder."""
    command = next((installed / "bin").glob("assetmap*"), None) or installed / "Scripts" / "assetmap.exe"
    return start_server([command, "demo"], cwd=tmp_path_factory.mktemp("empty"), env=environment)


def test_the_demo_answers_with_a_page(demo_url: str) -> None:
    with urllib.request.urlopen(demo_url, timeout=10) as answer:
        assert answer.status == 200
        assert b"<html" in answer.read()


@pytest.mark.parametrize("address", ["127.0.0.2", "::1"])
def test_the_demo_listens_on_this_machine_only(demo_url: str, address: str) -> None:
    """Streamlit's default is every interface, also these two: then the café's wifi could read along."""
    with pytest.raises(OSError):
        socket.create_connection((address, int(demo_url.rpartition(":")[2])), timeout=2)


def test_the_demo_shows_its_map(demo_url: str, desktop: Page) -> None:
    desktop.goto(demo_url)
    desktop.locator("iframe").first.wait_for(timeout=30_000)
    assert desktop.get_by_test_id("stException").count() == 0
