"""What a chair looks after: who is behind, which sheets can be settled, where marks differ. UI "first screen"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from emulation.domain.declared import Declared
from emulation.domain.reviewing import Flag
from emulation.domain.workflow import SheetState
from emulation.models import Council, Period, SeatRole, Sheet, User
from emulation.services.criteria import value_of
from emulation.services.periods import sheets_of
from emulation.services.queue import declared_lines
from emulation.services.reviews import (
    Member,
    has_conflict,
    is_submitted,
    members_of,
    newest_marks,
    reviews_of,
)
from emulation.services.verdicts import marks_are_open, weigh


@dataclass(frozen=True)
class Topic:
    """One line worth discussing: what was declared, what the members gave, why it is flagged."""

    sheet: Sheet
    declared: Declared
    marks: tuple[Decimal, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class Overview:
    """What a chair has to look after in a period."""

    behind: list[tuple[Member, int, int]]  # member, sheets finished, sheets to score now
    to_settle: list[Sheet]  # marks are open, verdicts missing
    to_discuss: list[Topic]  # flagged lines of those sheets, widest first
    in_progress: int  # sheets still being marked
    settled: int


def overview_of(db: Session, person: User, period: Period) -> Overview:
    """Who is behind, what can be settled, where marks differ. Only from sheets whose marks are open."""
    seats = [seat for seat in person.seats if seat.council.period_id == period.id and seat.role == SeatRole.CHAIR]
    chaired = {seat.council_id: seat.council for seat in seats}
    clusters = {cluster_id for council in chaired.values() for cluster_id in council.cluster_ids}
    sheets = [
        sheet
        for sheet in sheets_of(db, period, cluster_ids=clusters)
        if is_submitted(sheet) and not has_conflict(person, sheet.unit_id)
    ]
    reviews = reviews_of(db, [sheet.id for sheet in sheets])
    members = members_of(db, chaired)
    counts: dict[int, list[int]] = {}
    people: dict[int, Member] = {}
    to_settle: list[Sheet] = []
    in_progress = settled = 0
    for sheet in sheets:
        for council_id, council in chaired.items():
            if sheet.cluster_id not in council.cluster_ids:
                continue
            review = reviews.get((council_id, sheet.id))
            if review is not None and review.settled_at is not None:
                settled += 1
                continue
            if sheet.state != SheetState.RECEIVED:
                continue
            able = [member for member in members[council_id] if member.may_score(sheet)]
            done = {one.user_id for one in review.completions} if review else set()
            if marks_are_open(review, able):
                to_settle.append(sheet)
                continue
            in_progress += 1
            for member in able:
                people[member.user_id] = member
                count = counts.setdefault(member.user_id, [0, 0])
                count[0] += member.user_id in done
                count[1] += 1
    behind = sorted(
        ((people[user_id], done, total) for user_id, (done, total) in counts.items() if done < total),
        key=lambda row: Decimal(row[1]) / row[2],
    )
    return Overview(behind, to_settle, _to_discuss(db, period, to_settle, chaired, members), in_progress, settled)


def _to_discuss(
    db: Session,
    period: Period,
    sheets: Sequence[Sheet],
    councils: Mapping[int, Council],
    members: Mapping[int, Sequence[Member]],
) -> list[Topic]:
    criteria = value_of(period.criteria_set)
    marks = newest_marks(db, [sheet.id for sheet in sheets])
    lines = declared_lines(db, criteria, sheets, precision=criteria.precision)
    found = []
    for sheet in sheets:
        for council_id, council in councils.items():
            if sheet.cluster_id not in council.cluster_ids:
                continue
            able = [member.user_id for member in members[council_id] if member.may_score(sheet)]
            for code in council.codes:
                keys = [(sheet.id, code, user_id) for user_id in able]
                given = [marks[key] for key in keys if key in marks]
                weighed = weigh(council, lines[sheet.id][code], given, criteria.precision)
                if weighed.flags:
                    points = tuple(mark.points for mark in given if mark.points is not None)
                    found.append(Topic(sheet, lines[sheet.id][code], points, weighed.flags))
    return sorted(found, key=lambda topic: -len(topic.flags))
