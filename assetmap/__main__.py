"""`python -m assetmap` is the command line."""

from assetmap.cli import main

main()
