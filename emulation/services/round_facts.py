"""Everything a result is computed from, collected from the tables as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload, raiseload, selectinload

from emulation.domain import results as domain
from emulation.domain.criteria import CriteriaSet
from emulation.models import (
    Cluster,
    Council,
    Entry,
    Exclusion,
    Explanation,
    Period,
    Seat,
    Sheet,
    Verdict,
    VerdictRound,
)
from emulation.services.criteria import value_of
from emulation.services.reviews import verdicts_by_sheet


def facts_of_period(db: Session, period: Period) -> domain.RoundFacts:
    """Everything the result of the round is computed from, as it stands in the database now."""
    criteria = value_of(period.criteria_set)
    clusters = clusters_of(db, period)
    councils = _councils(db, period)
    council_names = {row.id: row.name for row in councils}
    exclusions = _by_sheet(
        db.scalars(
            select(Exclusion)
            .join(Sheet, Sheet.id == Exclusion.sheet_id)
            .where(Sheet.period_id == period.id, Exclusion.lifted_at.is_(None))
        )
    )
    appeals = _by_sheet(
        db.scalars(
            select(Explanation).join(Sheet, Sheet.id == Explanation.sheet_id).where(Sheet.period_id == period.id)
        )
    )
    verdicts = verdicts_by_sheet(db, period)
    numbers = {cluster.id: cluster.number for cluster in clusters}
    units = tuple(
        domain.UnitFacts(
            code=sheet.unit.code,
            name=sheet.unit_name,
            short_name=sheet.short_name,
            cluster=numbers[sheet.cluster_id],
            tags=tuple(sheet.tags),
            exclusions=tuple(
                sorted(
                    (exclusion_fact(criteria, one) for one in exclusions.get(sheet.id, ())),
                    key=lambda one: (one.decided_at, one.ground),
                )
            ),
            lines=_lines(sheet, verdicts.get(sheet.id, []), appeals.get(sheet.id, []), council_names),
        )
        for sheet in _sheets(db, period)
    )
    return domain.RoundFacts(
        code=period.code,
        title=period.title,
        is_illustrative=period.is_illustrative,
        criteria=criteria,
        clusters=tuple(cluster_facts(cluster) for cluster in clusters),
        councils=tuple(
            domain.CouncilFacts(
                name=row.name,
                method=row.method,
                members=len(row.seats),
                codes=tuple(row.codes),
                clusters=tuple(sorted(numbers[one.cluster_id] for one in row.clusters)),
            )
            for row in councils
        ),
        units=units,
    )


def facts_of_sheet(db: Session, sheet: Sheet) -> domain.UnitFacts:
    """What is given about one unit now: for its result page before publication."""
    criteria = value_of(sheet.period.criteria_set)
    names = db.execute(select(Council.id, Council.name).where(Council.period_id == sheet.period_id))
    council_names = dict(names.all())
    verdicts = list(db.scalars(select(Verdict).where(Verdict.sheet_id == sheet.id)))
    appeals = list(db.scalars(select(Explanation).where(Explanation.sheet_id == sheet.id)))
    exclusions = db.scalars(
        select(Exclusion).where(Exclusion.sheet_id == sheet.id, Exclusion.lifted_at.is_(None)).order_by(Exclusion.id)
    )
    return domain.UnitFacts(
        code=sheet.unit.code,
        name=sheet.unit_name,
        short_name=sheet.short_name,
        cluster=sheet.cluster.number,
        tags=tuple(sheet.tags),
        exclusions=tuple(exclusion_fact(criteria, one) for one in exclusions),
        lines=_lines(sheet, verdicts, appeals, council_names),
    )


def _sheets(db: Session, period: Period) -> list[Sheet]:
    return list(
        db.scalars(
            select(Sheet)
            .join(Sheet.unit)
            .where(Sheet.period_id == period.id)
            .options(
                contains_eager(Sheet.unit),
                selectinload(Sheet.entries).options(raiseload("*")),
                raiseload("*"),
            )
        )
    )


def clusters_of(db: Session, period: Period) -> list[Cluster]:
    """Clusters of a round by number, with leader and deputy."""
    return list(
        db.scalars(
            select(Cluster)
            .where(Cluster.period_id == period.id)
            .order_by(Cluster.number)
            .options(joinedload(Cluster.leader), joinedload(Cluster.deputy), raiseload("*"))
        )
    )


def cluster_facts(row: Cluster) -> domain.ClusterFacts:
    """A cluster as a value."""
    return domain.ClusterFacts(
        number=row.number,
        name=row.name,
        is_inferred=row.is_inferred,
        leader=row.leader.code if row.leader else None,
        deputy=row.deputy.code if row.deputy else None,
    )


def _councils(db: Session, period: Period) -> list[Council]:
    return list(
        db.scalars(
            select(Council)
            .where(Council.period_id == period.id)
            .order_by(Council.name)
            .options(
                selectinload(Council.clusters),
                selectinload(Council.seats).options(raiseload(Seat.user), raiseload(Seat.council)),
            )
        )
    )


def exclusion_fact(criteria: CriteriaSet, row: Exclusion) -> domain.ExclusionFact:
    """An exclusion as a value, with the title of its ground."""
    titles = {ground.code: ground.title for ground in criteria.exclusions}
    return domain.ExclusionFact(
        ground=row.ground,
        title=titles.get(row.ground, row.ground),
        note=row.note,
        decided_at=_time(row.decided_at),
    )


def _lines(
    sheet: Sheet, verdicts: Iterable[Verdict], appeals: Iterable[Explanation], councils: Mapping[int, str]
) -> dict[str, domain.LineFacts]:
    entries: dict[str, Entry] = {entry.code: entry for entry in sheet.entries}
    rounds = {
        (verdict.code, verdict.round): domain.VerdictFact(
            points=verdict.points,
            not_applicable=verdict.not_applicable,
            reason=verdict.reason,
            council=councils[verdict.council_id],
            decided_at=_time(verdict.decided_at),
        )
        for verdict in verdicts
    }
    answered = {
        row.code: domain.AppealFact(
            text=row.text,
            made_at=_time(row.made_at),
            outcome=row.outcome,
            answer=row.answer,
            answered_at=_time(row.answered_at) if row.answered_at else None,
        )
        for row in appeals
    }
    codes = {*entries, *(code for code, _ in rounds), *answered}
    return {
        code: domain.LineFacts(
            entry=entries[code].data if code in entries else None,
            note=entries[code].explanation if code in entries else "",
            review=rounds.get((code, VerdictRound.REVIEW)),
            after=rounds.get((code, VerdictRound.EXPLANATION)),
            appeal=answered.get(code),
        )
        for code in codes
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _by_sheet(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.sheet_id, []).append(row)
    return found
