"""The `emulation` command. Functions on files start without Flask and without a database."""

from __future__ import annotations

import io
import sys

import click

from emulation.cli.accounts import db, user
from emulation.cli.base import settled
from emulation.cli.comparing import criteria_diff, criteria_impact
from emulation.cli.criteria import criteria
from emulation.cli.documents import certificates, report
from emulation.cli.evidence import evidence
from emulation.cli.indicators import indicators
from emulation.cli.lean import criteria_lean
from emulation.cli.reminders import remind
from emulation.cli.scoring import rank, score
from emulation.cli.server import demo, run
from emulation.cli.sheets import sheet
from emulation.cli.units import units
from emulation.config import settings_from


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Đánh giá thi đua, khen thưởng các Sở Giáo dục và Đào tạo (emulation and commendation rounds)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Vietnamese comes out whole whatever the terminal's locale says
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    with settled():
        settings_from()


for command in (criteria_diff, criteria_impact, criteria_lean):
    criteria.add_command(command)
COMMANDS = (
    criteria,
    score,
    rank,
    db,
    user,
    units,
    indicators,
    sheet,
    evidence,
    remind,
    report,
    certificates,
    run,
    demo,
)
for command in COMMANDS:
    main.add_command(command)
