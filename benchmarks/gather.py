"""How long does it take, and how much memory, to gather a city and to ask of it? Prints rows of a Markdown table.

python benchmarks/gather.py MAP.osm.pbf
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ASK = """
import resource, sys, time
start = time.perf_counter()
import assetmap as am
inventory = am.open(sys.argv[1]).inventory()
loaded = time.perf_counter()
finding = am.analyse.coverage(inventory, category="grocery_market", minutes=15)
first = time.perf_counter()
am.analyse.coverage(inventory, category="playground", minutes=5)
second = time.perf_counter()
am.analyse.gaps(inventory, category="playground", minutes=5)
third = time.perf_counter()
print(loaded - start, first - loaded, second - first, third - second)
"""
IMPORT = "import time; s = time.perf_counter(); import assetmap; print(time.perf_counter() - s)"
SPENT = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
SPENT += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
_UNIT = 1 if sys.platform == "darwin" else 1024  # macOS counts memory in bytes, Linux in kibibytes


def run(*words: object) -> str:
    """Standard output of a fresh Python."""
    return subprocess.run([sys.executable, *map(str, words)], check=True, capture_output=True, text=True).stdout


def main(osm: Path) -> None:
    """Measure, and print."""
    print("| What | Goal | Measured |\n|---|---|---|")
    imports = statistics.median(float(run("-c", IMPORT)) for _ in range(5))
    print(f"| `import assetmap` | < 0.8 s | {imports:.2f} s |")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "assetmap", "gather", "--osm", str(osm.resolve()), "--store", folder]
        start = time.perf_counter()
        peak = int(run("-c", SPENT, *command)) * _UNIT
        took = time.perf_counter() - start
        print(f"| `gather --osm {osm.name}` | < 60 s | {took:.1f} s |")
        print(f"| … peak memory | < 2 GiB | {peak / 2**30:.2f} GiB |")
        rounds = [[float(number) for number in run("-c", ASK, folder).split()] for _ in range(3)]
        load, first, next_, gaps = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"| import and load the store | – | {load:.2f} s |")
    print(f"| coverage after loading, the first | < 2 s | {first:.2f} s |")
    print(f"| … the next category | – | {next_:.2f} s |")
    print(f"| … gaps with strengths | – | {gaps:.2f} s |")
    print(f"\nPython {sys.version.split()[0]}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
