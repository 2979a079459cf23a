"""Results: the provisional ranking of a running round, publishing with its seal, reading what was sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from threading import Lock
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, contains_eager, defer, raiseload, selectinload

from emulation.domain import results as domain
from emulation.domain import snapshot
from emulation.domain.scoring import EntryRefused, Score
from emulation.domain.workflow import PHASE_NAMES, STATE_NAMES, Phase, SheetState
from emulation.errors import WrongState
from emulation.models import (
    Cluster,
    Period,
    Result,
    Sheet,
    Verdict,
    VerdictRound,
)
from emulation.services.actor import Actor
from emulation.services.criteria import scorer_of, value_of
from emulation.services.history import record
from emulation.services.reviews import active_exclusions
from emulation.services.round_facts import cluster_facts, clusters_of, exclusion_fact, facts_of_period
from emulation.services.scores import self_score
from emulation.words import N_, Phrase

SETTLED = (SheetState.REVIEWED, SheetState.EXPLAINING, SheetState.FINAL)
OPENED_AT_ONCE = 8  # snapshots kept open in memory


# the provisional ranking


def provisional(db: Session, period: Period, *, with_declared: bool = False) -> domain.Ranking:
    """The ranking of a running round as it stands now; a unit whose sheet is not settled has no score yet.

    `with_declared` also counts what the units gave themselves, which loads every entry.
    """
    criteria = value_of(period.criteria_set)
    scorer = scorer_of(period.criteria_set)
    clusters = clusters_of(db, period)
    numbers = {cluster.id: cluster.number for cluster in clusters}
    exclusions = active_exclusions(db, period)
    final = _final_points(db, period)
    scored: list[tuple[domain.UnitFacts, Score | None, Score | None]] = []
    for sheet in sheets_with_units(db, period, with_entries=with_declared):
        exclusion = exclusions.get(sheet.id)
        unit = domain.UnitFacts(
            code=sheet.unit.code,
            name=sheet.unit_name,
            short_name=sheet.short_name,
            cluster=numbers[sheet.cluster_id],
            tags=tuple(sheet.tags),
            exclusions=(exclusion_fact(criteria, exclusion),) if exclusion else (),
        )
        if sheet.state not in SETTLED:
            scored.append((unit, None, None))
            continue
        points = final.get(sheet.id, {})
        skipped = [code for code, given in points.items() if given is None]
        official = scorer.score_points(points, sheet.tags, skipped)
        scored.append((unit, official, self_score(sheet, points) if with_declared else None))
    return domain.Ranking(
        code=period.code,
        title=period.title,
        is_illustrative=period.is_illustrative,
        criteria=criteria,
        clusters=tuple(cluster_facts(cluster) for cluster in clusters),
        units=domain.place(criteria, scored),
    )


def _final_points(db: Session, period: Period) -> dict[int, dict[str, Decimal | None]]:
    """By sheet id and code, the official points that count; None where the verdict is "not applicable".

    Columns only: 63 units have some 2,500 verdicts.
    """
    rows = db.execute(
        select(Verdict.sheet_id, Verdict.code, Verdict.points)
        .join(Sheet, Sheet.id == Verdict.sheet_id)
        .where(Sheet.period_id == period.id)
        # the verdict after an explanation overwrites the one of the review
        .order_by(case((Verdict.round == VerdictRound.EXPLANATION, 1), else_=0))
    )
    found: dict[int, dict[str, Decimal | None]] = {}
    for sheet_id, code, points in rows:
        found.setdefault(sheet_id, {})[code] = points
    return found


def sheets_with_units(db: Session, period: Period, *, with_entries: bool = False) -> list[Sheet]:
    """The sheets of a round with their units and nothing else (but entries, where asked for)."""
    of_period = (
        select(Sheet)
        .join(Sheet.unit)
        .where(Sheet.period_id == period.id)
        .options(contains_eager(Sheet.unit), raiseload("*", sql_only=True))
    )
    if with_entries:
        of_period = of_period.options(selectinload(Sheet.entries).options(raiseload("*", sql_only=True)))
    return list(db.scalars(of_period))


def standings(db: Session, period: Period) -> list[domain.Outcome]:
    """The provisional ranking as a list: ranked units, units not settled yet, excluded units."""
    return list(provisional(db, period).units)


def ranking_of(db: Session, period: Period) -> domain.Ranking:
    """The ranking to show: the sealed one of a published round, else the provisional one."""
    sealed = published(db, period)
    return sealed.ranking if sealed else provisional(db, period)


# reading what was sealed

_opened: dict[str, snapshot.Sealed] = {}
_opening = Lock()


def result_row(db: Session, period: Period) -> Result | None:
    """The seal of a published round, without its snapshot, which is loaded when asked for."""
    return db.scalar(select(Result).where(Result.period_id == period.id).options(defer(Result.snapshot)))


def published(db: Session, period: Period) -> snapshot.Sealed | None:
    """The sealed result of a round, None before it is published. Each snapshot is parsed once per process."""
    row = result_row(db, period)
    return None if row is None else opened(row)


def opened(row: Result) -> snapshot.Sealed:
    """The snapshot of a seal, ready to read; kept by its hash, since a sealed result never changes."""
    with _opening:
        found = _opened.get(row.sha256)
        if found is None:
            if len(_opened) >= OPENED_AT_ONCE:
                _opened.clear()
            found = _opened[row.sha256] = snapshot.Sealed(row.snapshot)
    return found


def previous(db: Session, period: Period) -> domain.Ranking | None:
    """The newest sealed ranking before this round whose totals are on the same scale; None where there is none."""
    row = db.scalar(
        select(Result)
        .join(Period, Period.id == Result.period_id)
        .where(Period.code < period.code)
        .order_by(Period.code.desc())
        .limit(1)
        .options(defer(Result.snapshot))
    )
    if row is None:
        return None
    found = opened(row).ranking
    return found if found.criteria.scale == value_of(period.criteria_set).scale else None


def newest_published(db: Session) -> Period | None:
    """The newest round that has a sealed result."""
    return db.scalar(select(Period).join(Result, Result.period_id == Period.id).order_by(Period.code.desc()).limit(1))


def sheet_counts(db: Session, period: Period) -> dict[SheetState, int]:
    """How many sheets of a round are in each state, states in their order; those without a sheet are left out."""
    rows = db.execute(
        select(Sheet.state, func.count(Sheet.id)).where(Sheet.period_id == period.id).group_by(Sheet.state)
    )
    found = {SheetState(state): count for state, count in rows}
    return {state: found[state] for state in SheetState if state in found}


def unit_outcome(db: Session, period: Period, unit_id: int) -> dict[str, Any] | None:
    """What a published round says of one unit, for its first screen; None before publication or if it took no part.

    Keys: `period` (code), `title`, `sheet_id`, `total`, `declared_total` (Decimal), `grade`, `rank_in_cluster`,
    `cluster_size` (ranked units of the cluster), `rank_overall`, `size` (ranked units), `cluster` (number),
    `is_tied`, `excluded` (title of the ground or None), `sha256`, `is_illustrative`.
    """
    sealed = published(db, period)
    sheet = db.scalar(
        select(Sheet)
        .join(Sheet.unit)
        .where(Sheet.period_id == period.id, Sheet.unit_id == unit_id)
        .options(contains_eager(Sheet.unit), raiseload("*"))
    )
    if sealed is None or sheet is None or sheet.unit.code not in sealed.ranking.by_unit:
        return None
    found = sealed.ranking
    outcome = found.by_unit[sheet.unit.code]
    assert outcome.official is not None
    assert outcome.declared is not None
    return {
        "period": period.code,
        "title": period.title,
        "sheet_id": sheet.id,
        "total": outcome.official.total,
        "declared_total": outcome.declared.total,
        "grade": outcome.official.grade,
        "rank_in_cluster": outcome.rank_in_cluster,
        "cluster_size": sum(one.is_ranked for one in found.by_cluster[outcome.cluster]),
        "rank_overall": outcome.rank_overall,
        "size": len(found.ranked),
        "cluster": outcome.cluster,
        "is_tied": outcome.unit in found.tied,
        "excluded": outcome.exclusions[0].title if outcome.exclusions else None,
        "sha256": found.sha256,
        "is_illustrative": found.is_example,
    }


# publishing


@dataclass(frozen=True)
class NotFinal:
    """A sheet that stands in the way of publishing."""

    sheet_id: int
    name: str
    state: str
    cluster: int


@dataclass(frozen=True)
class PublishPreview:
    """What publishing would do, before anything is stored. `refusal` says why it cannot be done now."""

    ranking: domain.Ranking
    not_final: tuple[NotFinal, ...]
    unscored: Mapping[str, tuple[str, ...]]  # short name -> codes without official points
    refusal: Phrase | None

    @property
    def tied(self) -> list[list[domain.Outcome]]:
        """Groups of units with equal rank in a cluster."""
        groups: dict[tuple[int, int | None], list[domain.Outcome]] = {}
        for outcome in self.ranking.ranked:
            if outcome.unit in self.ranking.tied:
                groups.setdefault((outcome.cluster, outcome.rank_in_cluster), []).append(outcome)
        return [groups[key] for key in sorted(groups, key=lambda key: (key[0], key[1] or 0))]

    @property
    def excluded(self) -> list[domain.Outcome]:
        """Units that will be listed without a rank."""
        return [outcome for outcome in self.ranking.units if outcome.exclusions]


def publish_preview(db: Session, period: Period) -> PublishPreview:
    """The dry run of publishing: who is not final yet, and what the published ranking would say."""
    found = provisional(db, period)
    not_final = _not_final(db, period)
    unscored = {
        outcome.short_name: outcome.official.unscored
        for outcome in found.units
        if outcome.official and outcome.official.unscored
    }
    return PublishPreview(found, not_final, unscored, _refusal(period, not_final, len(found.units)))


def publish(db: Session, actor: Actor, period: Period, *, now: datetime) -> Result:
    """Compute, seal and open the result of a round. Irreversible: the snapshot can never be changed.

    Raises:
        WrongState: another phase than council, no units, sheets that are not final (they are named), or an entry
            that cannot be scored.
    """
    refusal = _refusal(period, _not_final(db, period), _unit_count(db, period))
    if refusal is not None:
        raise WrongState(refusal)
    try:
        text = snapshot.seal(facts_of_period(db, period))
    except EntryRefused as error:
        raise WrongState(
            N_("Chưa công bố được: số liệu của tiêu chí %(code)s không tính được điểm. %(why)s"),
            code=error.code,
            why=error.phrase,
        ) from error
    row = Result(
        period_id=period.id,
        snapshot=text,
        sha256=snapshot.sha256(text),
        sealed_by_id=actor.user_id,
        sealed_at=now,
    )
    db.add(row)
    old = period.phase
    period.phase = Phase.PUBLISHED
    db.flush()
    record(
        db,
        actor,
        "publish",
        period,
        now=now,
        period_id=period.id,
        old={"phase": old},
        new={"phase": Phase.PUBLISHED.value, "sha256": row.sha256},
    )
    return row


def _not_final(db: Session, period: Period) -> tuple[NotFinal, ...]:
    rows = db.execute(
        select(Sheet.id, Sheet.short_name, Sheet.state, Cluster.number)
        .join(Cluster, Cluster.id == Sheet.cluster_id)
        .where(Sheet.period_id == period.id, Sheet.state != SheetState.FINAL)
        .order_by(Cluster.number, Sheet.id)
    )
    return tuple(NotFinal(*row) for row in rows)


def _unit_count(db: Session, period: Period) -> int:
    return db.scalar(select(func.count(Sheet.id)).where(Sheet.period_id == period.id)) or 0


def _refusal(period: Period, not_final: tuple[NotFinal, ...], units: int) -> Phrase | None:
    if period.phase != Phase.COUNCIL:
        return Phrase(
            N_("Chỉ công bố được ở giai đoạn “Hội đồng”; kỳ đánh giá đang ở giai đoạn “%(phase)s”."),
            {"phase": Phrase(PHASE_NAMES[Phase(period.phase)])},
        )
    if not units:
        return Phrase(N_("Kỳ đánh giá chưa có đơn vị nào."))
    if not_final:
        names = ", ".join(sheet.name for sheet in not_final)
        return Phrase(
            N_("Chưa công bố được: %(count)s phiếu chưa chốt (%(names)s)."),
            {"count": len(not_final), "names": names},
        )
    return None


def state_name(state: str) -> str:
    """The word for a sheet's state."""
    return STATE_NAMES[SheetState(state)]


def open_ranking(db: Session, actor: Actor, period: Period, *, is_public: bool, now: datetime) -> Period:
    """Open the published ranking to everybody, or close it again; doing it twice changes nothing.

    Raises:
        WrongState: the round is not published.
    """
    if period.phase not in (Phase.PUBLISHED, Phase.ARCHIVED):
        raise WrongState(N_("Chỉ mở được bảng xếp hạng cho mọi người sau khi công bố."))
    if period.ranking_is_public != is_public:
        period.ranking_is_public = is_public
        record(
            db,
            actor,
            "open_ranking",
            period,
            now=now,
            period_id=period.id,
            old={"ranking_is_public": not is_public},
            new={"ranking_is_public": is_public},
        )
    return period
