"""The list of units: loading it from a file. DESIGN 8.

A list adds units and corrects those that are there; it takes none away. Periods in preparation follow it, all others
keep what they began with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.documents.short_names import tags as named_tags
from emulation.documents.unit_files import NAMES, Reading, Row
from emulation.domain.clusters import CLUSTER_ROLE_NAMES
from emulation.domain.names import NameKey, name_key
from emulation.domain.source import Problem
from emulation.domain.workflow import Phase
from emulation.errors import Invalid, WrongState
from emulation.models import CriteriaSet, Period, Unit
from emulation.services.actor import Actor
from emulation.services.criteria import value_of
from emulation.services.history import record
from emulation.services.new_periods import follow_list
from emulation.services.units import all_units
from emulation.words import N_, Phrase, vietnam_day

FIELDS = ("name", "short_name", "cluster", "cluster_role", "tags", "valid_from", "valid_to", "is_illustrative")
NOTHING = dict.fromkeys(FIELDS)
LABELS = {**NAMES, "is_illustrative": N_("Cụm, đặc điểm là minh họa")}


def known_tags(db: Session) -> dict[str, str]:
    """The tags that a unit can have, with their names: those the program knows, and those a published set asks for."""
    sets = db.scalars(select(CriteriaSet).where(CriteriaSet.published_at.is_not(None)))
    asked = {tag for row in sets for one in value_of(row).all_criteria for tag in one.applies_to}
    return {**named_tags(), **{tag: tag for tag in sorted(asked - set(named_tags()))}}


def rows_of(db: Session) -> list[Row]:
    """Every unit as a row of the list, to write."""
    return [Row(unit.code, _facts(unit)) for unit in all_units(db)]


def _facts(unit: Unit) -> dict[str, Any]:
    return {key: getattr(unit, key) for key in FIELDS}


# ---- the dry run ----


@dataclass(frozen=True)
class Changed:
    """A unit that becomes another one: field -> what it was, what it will be."""

    row: Row
    unit: Unit
    fields: dict[str, tuple[Any, Any]]


@dataclass
class Loading:
    """What loading a list comes to: a dry run. Only without problems can it be done."""

    problems: list[Problem] = field(default_factory=list)
    new: list[Row] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    same: int = 0
    unmentioned: int = 0  # units that the list does not name: they stay
    short_codes: list[str] = field(default_factory=list)  # digits fewer than other codes have: a lost zero?
    periods: list[Period] = field(default_factory=list)  # in preparation: they follow the list

    @property
    def digest(self) -> str:
        """What a person saw of the dry run, in a few letters: to tell when it is another one by now."""
        return "-".join(str(n) for n in (len(self.new), len(self.changed), self.same, self.unmentioned))

    def tell(self, row: Row, key: str, text: str, **values: object) -> None:
        """Remember a problem in a row, with the cell of a field or that of the code."""
        place = row.cells.get(key, row.cells["code"])
        self.problems.append(Problem(Phrase(text, values), None, place))


def plan_units(db: Session, reading: Reading, *, now: datetime) -> Loading:
    """What loading this list would come to, or everything that is wrong with it."""
    found = Loading(problems=list(reading.problems))
    units = {unit.code: unit for unit in all_units(db)}
    rows = {row.code: row for row in reading.rows if row.code}
    after = {code: _facts(unit) for code, unit in units.items()}
    for code, row in rows.items():
        after[code] = {**after.get(code, NOTHING), **row.values}
        unit = units.get(code)
        if unit is None:
            found.new.append(row)
            continue
        told = {key: (getattr(unit, key), value) for key, value in row.values.items()}
        fields = {key: pair for key, pair in told.items() if pair[0] != pair[1]}
        if fields:
            found.changed.append(Changed(row, unit, fields))
        else:
            found.same += 1
    found.unmentioned = len(units.keys() - rows.keys())
    digits = [code for code in after if code.isdigit()]
    found.short_codes = [one.code for one in found.new if one.code.isdigit() and len(one.code) < max(map(len, digits))]
    found.periods = list(db.scalars(select(Period).where(Period.phase == Phase.PREPARING)))
    _tell_conflicts(found, rows, after, today=vietnam_day(now))
    return found


def _tell_conflicts(found: Loading, rows: Mapping[str, Row], after: Mapping[str, dict[str, Any]], today: date) -> None:
    """Days out of order; among the units of today, one name twice or two leaders of a cluster."""
    living = {code: facts for code, facts in after.items() if facts["valid_to"] is None or facts["valid_to"] >= today}
    taken: dict[tuple[str, NameKey | str, str], str] = {}
    for code in sorted(living, key=lambda code: code in rows):  # what is stored first: a problem stands in the file
        facts = living[code]
        for key in ("name", "short_name"):
            other = taken.setdefault((key, name_key(facts[key] or code), ""), code)
            if other != code and code in rows:
                text = N_("%(label)s “%(name)s” đã có ở đơn vị mã %(code)s.")
                found.tell(rows[code], key, text, label=Phrase(LABELS[key]), name=facts[key], code=other)
        role, cluster = facts["cluster_role"], facts["cluster"]
        if role and cluster:
            other = taken.setdefault(("cluster_role", role, cluster), code)
            if other != code and code in rows:
                text = N_("%(cluster)s đã có %(role)s: đơn vị mã %(code)s.")
                name = Phrase(CLUSTER_ROLE_NAMES[role])
                found.tell(rows[code], "cluster_role", text, cluster=cluster, role=name, code=other)
    for code, row in rows.items():
        first, last = after[code]["valid_from"], after[code]["valid_to"]
        if first and last and last < first:
            key = "valid_to" if "valid_to" in row.values else "valid_from"
            found.tell(row, key, N_("Hiệu lực đến %(last)s trước hiệu lực từ %(first)s."), first=first, last=last)


# ---- loading ----


def load_units(db: Session, actor: Actor, reading: Reading, *, seen: str | None = None, now: datetime) -> Loading:
    """Store the list: all or nothing. `seen` is the digest of the dry run.

    Raises:
        Invalid: something is wrong with the file; a dry run tells what.
        WrongState: the dry run would say something else by now.
    """
    found = plan_units(db, reading, now=now)
    if found.problems:
        raise Invalid(N_("Chưa nạp được: tệp còn %(n)s lỗi."), "file", n=len(found.problems))
    if seen is not None and seen != found.digest:
        raise WrongState(N_("Danh sách đơn vị vừa thay đổi. Xem lại bản chạy thử rồi nạp."))
    for row in found.new:
        unit = Unit(code=row.code, **row.values)
        db.add(unit)
        db.flush()
        record(db, actor, "create_unit", unit, now=now, unit_id=unit.id, new={"code": row.code, **row.values})
    for one in found.changed:
        for key, (_old, new) in one.fields.items():
            setattr(one.unit, key, new)
        old, new = ({key: pair[n] for key, pair in one.fields.items()} for n in (0, 1))
        record(db, actor, "change_unit", one.unit, now=now, unit_id=one.unit.id, old=old, new=new)
    for period in found.periods if found.new or found.changed else ():
        follow_list(db, actor, period, now=now)
    return found
