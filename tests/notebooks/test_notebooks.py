"""Do the stories in `notebooks/` run from beginning to end, in a real kernel and without a network?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# what goes before the first cell: any way out of this computer is an error
NO_NETWORK = """
import socket
def _closed(self, address, *rest):
    if self.family != getattr(socket, "AF_UNIX", None) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
        raise OSError(f"a notebook asked the network: {address}")
    return _connect(self, address, *rest)
_connect, socket.socket.connect = socket.socket.connect, _closed
"""


def outputs(notebook: Any) -> str:
    """All that the cells showed as text, cell by cell."""
    shown = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    return "\n".join(o["text"] if "text" in o else str(o.get("data", {}).get("text/plain", "")) for o in shown)


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def executed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    notebook = nbformat.read(request.param, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(NO_NETWORK))
    folder = tmp_path_factory.mktemp(request.param.stem)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    return request.param, notebook


def test_there_are_the_three_stories() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["01_first_map", "02_coverage_and_gaps", "03_over_time"]


def test_it_runs_and_leaves_nothing_beside_it(executed: Any) -> None:
    _, notebook = executed
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")


def test_maps_show_themselves(executed: Any) -> None:
    _, notebook = executed
    pages = [o["data"]["text/html"] for cell in notebook.cells for o in cell.get("outputs", ()) if "data" in o
             and "<iframe" in o["data"].get("text/html", "")]  # fmt: skip
    assert len(pages) == 1
    assert len(pages[0]) > 100_000


def test_the_story_says_what_it_found(executed: Any) -> None:
    path, notebook = executed
    text = outputs(notebook)
    if path.stem == "01_first_map":
        assert "<Inventory 'Helsinki centre (demo)'" in text
        assert "Sjakk i parken (oppdiktet)" in text
        assert "Kari" not in text
        assert "© OpenStreetMap contributors" in text
    elif path.stem == "03_over_time":
        assert "| Ola: Mo-Fr 09:00-18:00 | stored: Mo-Fr 10:00-20:00" in text
        assert "Newly named square" in text
        assert re.search(r"The old hall +found +It exists since 1952", text)
        assert re.search(r"The new hall +grown +It exists since", text)
        assert "do not mean more assets" in text
        was, now = map(float, re.findall(r"(\d\.\d\d) → (\d\.\d\d)", text)[0])
        assert now < was
    else:
        assert re.search(r"Playground: [\d,]+ of [\d,]+ homes \(\d+.?%; \d+.?% to \d+.?%\)", text)
        assert "coverage: the same figure again." in text
        assert "[1.5, 4.5, 13.5]" in text  # 100, 300 and 900 metres at 4.0 km/h


def test_it_is_committed_without_outputs() -> None:
    for path in NOTEBOOKS:
        cells = nbformat.read(path, as_version=4).cells
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells), path.name
        assert path.stat().st_size < 30_000
