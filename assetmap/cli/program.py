"""The program: its commands, and what it says and returns when something goes wrong.

Exit codes: 0 done; 1 the answer is no (a check failed, a figure differs); 2 what was given cannot be used; 3 a service
could not be reached; 4 the store cannot be read or written; 130 stopped by the person.
"""

from __future__ import annotations

import errno
import io
import os
import sys

import typer

from assetmap.cli import (
    adding,
    analysing,
    binned,
    checking,
    dating,
    erasing,
    gathering,
    matching,
    reviewing,
    round_trip,
    safekeeping,
    showing,
    tracing,
)
from assetmap.cli.saying import err
from assetmap.errors import AssetmapError, InputError, NothingFound, Offline, ReceiptError, StoreError
from assetmap.messages import M

program = typer.Typer(
    name="assetmap", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="See, keep and use what a neighbourhood has: assets, who can reach them on foot, and where the gaps are.",
    epilog="Start: assetmap demo",
)  # fmt: skip
program.command(epilog="Example: assetmap gather --osm area.osm.pbf --boundary area.geojson --add clubs.xlsx")(
    gathering.gather
)
program.command(epilog="Example: assetmap add clubs.xlsx --mapping clubs.json --dry-run")(adding.add)
program.add_typer(analysing.analyse, name="analyse")
program.command(epilog="Example: assetmap export assets.gpkg --crs EPSG:25832")(showing.export)
program.command(epilog="Example: assetmap draw map.html --coverage playground")(showing.draw)
program.command(epilog="Example: assetmap app --port 8600")(showing.app)
program.command(epilog="Example: assetmap demo --lang nb")(showing.demo)
program.command(epilog="Example: assetmap doctor --json")(safekeeping.doctor)
program.command(epilog="Example: assetmap backup --list")(safekeeping.backup)
program.command(epilog="Example: assetmap restore 2026-11-22 --by Ane")(safekeeping.restore)
program.command(epilog="Example: assetmap rerun coverage.geojson")(analysing.rerun)
program.command(epilog="Example: assetmap history --since 2026-11-01")(tracing.history)
program.command(epilog="Example: assetmap undo 17 --by Ane --why 'the wrong list'")(tracing.undo)
program.command("bin", epilog="Example: assetmap bin --restore 5b1c…")(binned.bin_)
program.command(epilog="Example: assetmap erase 5b1c… description --by Ane")(erasing.erase)
program.command(epilog="Example: assetmap duplicates --same 5b1c… 90aa… --by Ane")(matching.duplicates)
program.command(epilog="Example: assetmap review --accept 3f2c8a --by Ane")(reviewing.review)
program.command(epilog="Example: assetmap snapshot 'Spring 2026'")(dating.snapshot)
program.command(epilog="Example: assetmap compare 'Spring 2025' 'Spring 2026'")(dating.compare)
program.command(epilog="Example: assetmap stale --months 24")(checking.stale)
program.command(epilog="Example: assetmap walk --at 55.6736,12.5912 --minutes 60 --sheet walk.html")(checking.walk)
program.command("take-out", epilog="Example: assetmap take-out clubs.xlsx --category library")(round_trip.take_out)
program.command("bring-home", epilog="Example: assetmap bring-home clubs.xlsx --dry-run")(round_trip.bring_home)

_CODES: tuple[tuple[type[AssetmapError], int], ...] = (
    (ReceiptError, 1), (InputError, 2), (NothingFound, 2), (Offline, 3), (StoreError, 4), (AssetmapError, 1),
)  # fmt: skip
_UNSAID = {errno.ENOSPC, errno.EPIPE}  # the disk is full; who was listening has gone


def main() -> None:
    """Run the command line; a fault that we know is one sentence on standard error and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a letter shows a question mark for it, rather than stopping half-way.
            stream.reconfigure(errors="replace")
    try:
        try:
            program()
        finally:
            sys.stdout.flush()  # here, where it can still be told that it could not be said
    except AssetmapError as fault:
        err(fault.message)
        sys.exit(next(code for kind, code in _CODES if isinstance(fault, kind)))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as fault:
        if fault.errno not in _UNSAID or fault.filename is not None:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what still waits in it goes nowhere
        if fault.errno == errno.ENOSPC:
            err(M("What was to be said could not be written: the disk is full. What was done is done."))
        sys.exit(1 if fault.errno == errno.EPIPE else 4)
