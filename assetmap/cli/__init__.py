"""What does the command line say? One file per group of commands; `main` is the program."""

from assetmap.cli.program import main

__all__ = ["main"]
