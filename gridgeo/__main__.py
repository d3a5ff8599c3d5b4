"""`python -m gridgeo` is the `gridgeo` command."""

from gridgeo.cli import main

main()
