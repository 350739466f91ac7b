"""What does the command line say? One file per group of commands; `main` is the program."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line. What it needs is loaded here, so that whoever stops it meanwhile is not told of files."""
    try:
        from assetmap.cli.program import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()
