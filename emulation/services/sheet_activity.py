"""Who changed what on a sheet, and when: its part of the history, in words. No mark, verdict or ballot is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from emulation.access import Permission, may
from emulation.domain.criteria import Criterion
from emulation.models import History, Sheet, User
from emulation.services.history import INTERNAL_ACTS, INTERNAL_WORDS, PAGE
from emulation.services.history_words import EMPTY, FIELD_NAMES, Change, changes_of
from emulation.services.lines import in_words, verbatim
from emulation.services.scores import criteria_of
from emulation.words import N_, Phrase

# of others than people of the unit, the acts that the unit may read; never what a council does
ACTS_OF_OTHERS = ("change_indicator", "extend", "offer_figures", "receive", "return", "take_back_extension")


@dataclass(frozen=True)
class Activity:
    """One page, newest first; `total` counts what fits on all pages."""

    lines: Sequence[History]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are; nothing has one."""
        return max(1, -(-self.total // PAGE))


def _conditions(sheet: Sheet, reader: User | None) -> list[ColumnElement[bool]]:
    own = select(User.id).where(User.unit_id == sheet.unit_id)
    inside = may(reader, Permission.TALK_ON_SHEET, sheet)
    return [
        History.act.not_in(() if inside else INTERNAL_ACTS),
        History.period_id == sheet.period_id,
        History.unit_id == sheet.unit_id,
        or_(History.actor_id.in_(own), History.actor_id.is_(None), History.act.in_(ACTS_OF_OTHERS)),
    ]


def activity_of(
    db: Session, sheet: Sheet, reader: User | None, *, who: str = "", code: str = "", page: int = 1
) -> Activity:
    """What people of the unit did to the sheet, and what the department did with it; a page beyond the end is the last.

    What the unit says and agrees among itself stands in it for readers of the unit only. Indexed by unit; one query
    for the page and one for how many there are.
    """
    wanted = _conditions(sheet, reader)
    if who:
        wanted.append(History.actor_name == who)
    if code:
        wanted.append(History.place == code)
    total = db.scalar(select(func.count()).select_from(History).where(*wanted)) or 0
    number = min(max(page, 1), max(1, -(-total // PAGE)))
    lines = db.scalars(
        select(History)
        .where(*wanted)
        .order_by(History.at.desc(), History.id.desc())
        .limit(PAGE)
        .offset((number - 1) * PAGE)
    ).all()
    return Activity(lines, total, number)


def people_in(db: Session, sheet: Sheet, reader: User | None) -> Sequence[str]:
    """Everybody who stands in the activity as this reader sees it, by name."""
    names = select(History.actor_name).where(*_conditions(sheet, reader)).distinct().order_by(History.actor_name)
    return db.scalars(names).all()


def words_of(line: History, sheet: Sheet, reader: User | None) -> list[Change]:
    """What a line changed, in the words of its criterion: figures as the set calls them, evidence by its title."""
    if line.act in INTERNAL_WORDS and not may(reader, Permission.TALK_ON_SHEET, sheet):
        return []
    criterion = criteria_of(sheet).by_code.get(line.place)
    if line.act in ("cite", "uncite"):
        found = _evidence(line)
    elif criterion is None or not _is_entry(line.old) or not _is_entry(line.new):
        found = [one for one in changes_of(line) if one.label != FIELD_NAMES["sha256"]]
    else:
        before, after = _said(criterion, line.old), _said(criterion, line.new)
        found = [Change(label, before.get(label), after.get(label)) for label in {**before, **after}]
        if titles := (line.new or {}).get("evidence"):  # came over together with the figures
            found.append(Change(N_("Minh chứng"), None, verbatim("; ".join(map(str, titles)))))
    return [one for one in map(_without_empty, found) if one.before != one.after]


def _without_empty(change: Change) -> Change:
    """What was empty was not there: a reader sees what came and what went."""
    before, after = (None if one == EMPTY else one for one in (change.before, change.after))
    return Change(change.label, before, after)


def _is_entry(values: Mapping[str, Any] | None) -> bool:
    if values is None:
        return True
    return "data" in values and (values["data"] is None or isinstance(values["data"], dict))


def _said(criterion: Criterion, values: Mapping[str, Any] | None) -> dict[str, Phrase]:
    if not values:
        return {}
    found = {str(label): value for label, value in in_words(criterion, values["data"])}
    if values.get("explanation"):
        found[N_("Diễn giải")] = verbatim(str(values["explanation"]))
    return found


def _evidence(line: History) -> list[Change]:
    old, new = line.old or {}, line.new or {}
    title = verbatim(str((line.new or line.old or {}).get("title", "")))
    moved = Change(FIELD_NAMES["place"], verbatim(str(old.get("place", ""))), verbatim(str(new.get("place", ""))))
    if line.old and line.new:
        return [Change(N_("Minh chứng"), None, title), _blank(moved)]
    return [Change(N_("Minh chứng"), title if line.old else None, title if line.new else None), _blank(moved)]


def _blank(change: Change) -> Change:
    """A page or section that is not said, as such."""
    before, after = (one if one is not None and str(one) else None for one in (change.before, change.after))
    return Change(change.label, before, after)
