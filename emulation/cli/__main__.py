"""`python -m emulation.cli`: the command where it is not installed."""

from emulation.cli import main

main()
