"""Does the command line make the backups that fall due, and what does it say where it is stopped or not heard?"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assetmap.store import Store
from tests.towns import Said, assetmap_cli, osm_town, write_osm


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_osm(osm_town(), tmp_path_factory.mktemp("town") / "town.osm")


def gather(town: Path, store: Path, *words: str) -> Said:
    return assetmap_cli("gather", "--osm", town, "--store", store, *words)


def backups(store: Path) -> int:
    return len(Store.backups_at(store).kept())


def test_gathering_makes_the_backup_that_is_due(town: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    assert gather(town, store).code == 0
    assert backups(store) == 1
    assert gather(town, store).code == 0
    assert backups(store) == 1, "nothing is due within the hour"


def test_a_trial_makes_none(town: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    gather(town, store)
    shutil.rmtree(store / "backups")
    assert gather(town, store, "--dry-run").code == 0
    assert backups(store) == 0


def test_a_list_makes_the_backup_that_is_due(town: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    gather(town, store)
    shutil.rmtree(store / "backups")
    clubs = tmp_path / "clubs.csv"
    clubs.write_text("name,category,latitude,longitude\nKorps,library,59.0,11.0\n", encoding="utf-8")
    assert assetmap_cli("add", clubs, "--store", store).code == 0
    assert backups(store) == 1


def test_where_no_backup_can_be_made_what_was_done_is_kept_and_it_is_said(town: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / "backups").write_text("in the way")
    said = gather(town, store)
    assert said.code == 0
    assert "no backup of it could be made" in said.err
    assert len(Store.open(store).inventory("staff", network=False)) > 0


@pytest.mark.parametrize("words", [("--list",), ()])
def test_backups_of_no_store_are_no_list(tmp_path: Path, words: tuple[str, ...]) -> None:
    said = assetmap_cli("backup", *words, "--store", tmp_path / "none")
    assert said.code == 4
    assert "There is no store" in said.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_below_the_output_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-m", "assetmap", "--help"], stdout=full, stderr=subprocess.PIPE,
                              text=True, check=False)  # fmt: skip
    assert done.returncode == 4
    assert done.stderr.splitlines() == [
        "What was to be said could not be written: the disk is full. What was done is done."
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_stopped_while_it_loads_it_says_nothing(tmp_path: Path) -> None:
    """The program sends itself the signal of ctrl-C at the first of its own modules."""
    (tmp_path / "typer.py").write_text(
        f"import os\nos.kill(os.getpid(), {int(signal.SIGINT)})\nfor _ in range(9**9): pass"
    )
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    done = subprocess.run([sys.executable, "-m", "assetmap"], env=os.environ | {"PYTHONPATH": path},
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (130, "")
