"""Criteria sets in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from emulation import models
from emulation.domain import criteria as domain
from emulation.domain.scoring import Scorer
from emulation.errors import WrongState
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.words import N_

MOST_KEPT = 16  # sets a process keeps ready
_ready: dict[str, Scorer] = {}


def value_of(row: models.CriteriaSet) -> domain.CriteriaSet:
    """The set as a value; parsed once per process, since a published set never changes and its hash names it."""
    return scorer_of(row).criteria


def scorer_of(row: models.CriteriaSet) -> Scorer:
    """The set ready to score sheets. The body is not asked for where the set is known already."""
    scorer = _ready.get(row.sha256)
    if scorer is None:
        scorer = Scorer(domain.from_canonical(row.body))
        while len(_ready) >= MOST_KEPT:
            _ready.pop(next(iter(_ready)), None)
        _ready[row.sha256] = scorer
    return scorer


def publish(db: Session, actor: Actor, criteria: domain.CriteriaSet, *, now: datetime) -> models.CriteriaSet:
    """Store a version as published, or find it if the very same value is there already.

    Raises:
        WrongState: this version exists with another content; a new content is a new version.
    """
    row = db.scalar(
        select(models.CriteriaSet).where(
            models.CriteriaSet.family == criteria.set, models.CriteriaSet.edition == criteria.version
        )
    )
    if row is not None:
        if row.sha256 != criteria.sha256:
            raise WrongState(
                N_("Bộ tiêu chí %(set)s phiên bản %(version)s đã công bố với nội dung khác; hãy đặt phiên bản mới."),
                set=criteria.set,
                version=criteria.version,
            )
        return row
    row = models.CriteriaSet(
        family=criteria.set,
        edition=criteria.version,
        title=criteria.title,
        status=criteria.status,
        body=criteria.canonical.decode(),
        sha256=criteria.sha256,
        published_at=now,
    )
    db.add(row)
    db.flush()
    record(db, actor, "publish_criteria", row, now=now, new={"sha256": row.sha256})
    return row


def load_set(db: Session, *, set_id: int, **_more: Any) -> models.CriteriaSet | None:
    """The published version with this key."""
    row = db.get(models.CriteriaSet, set_id)
    return row if row is not None and row.published_at is not None else None


@dataclass(frozen=True)
class Version:
    """A published version in a list, with the periods that use it, newest first."""

    row: models.CriteriaSet
    periods: tuple[models.Period, ...]

    @property
    def criteria_count(self) -> int:
        """How many core criteria it has."""
        return len(value_of(self.row).leaves)


def versions(db: Session) -> list[Version]:
    """Every published version, newest first."""
    rows = db.scalars(
        select(models.CriteriaSet)
        .where(models.CriteriaSet.published_at.is_not(None))
        .order_by(models.CriteriaSet.published_at.desc(), models.CriteriaSet.id.desc())
    ).all()
    used: dict[int, list[models.Period]] = {}
    for period in db.scalars(select(models.Period).options(lazyload("*")).order_by(models.Period.code.desc())):
        used.setdefault(period.criteria_set_id, []).append(period)
    return [Version(row, tuple(used.get(row.id, ()))) for row in rows]


def retire(db: Session, actor: Actor, row: models.CriteriaSet, *, retired: bool, now: datetime) -> None:
    """Offer a version no longer for new periods, or offer it again; periods that use it go on.

    Raises:
        WrongState: it is so already.
    """
    if (row.retired_at is not None) is retired:
        raise WrongState(N_("Bộ tiêu chí đã ở trạng thái này: có thể người khác vừa làm."))
    row.retired_at = now if retired else None
    record(db, actor, "retire_criteria" if retired else "reinstate_criteria", row, now=now, new={"code": row.edition})
