"""Reviews as they are read: who is in whose scope, the lines of a sheet or of a criterion. DESIGN 5.

Marks of others leave this module only when the reader has finished the sheet or the chair has revealed them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, lazyload, selectinload

from emulation.domain.criteria import CriteriaSet
from emulation.domain.declared import Declared, declared, parts_of
from emulation.domain.names import name_key
from emulation.domain.workflow import SheetState
from emulation.models import (
    Citation,
    Conflict,
    Council,
    Entry,
    Evidence,
    Exclusion,
    Mark,
    Period,
    Review,
    Seat,
    Sheet,
    User,
    Verdict,
)
from emulation.services.criteria import value_of

# what an entry cites, without the sheet and period behind each document
CITED = selectinload(Entry.citations).joinedload(Citation.evidence).lazyload(Evidence.sheet)


def verdicts_by_sheet(db: Session, period: Period) -> dict[int, list[Verdict]]:
    """Every verdict of the period, both rounds, by sheet id, in the order of decision; absent where there is none."""
    found: dict[int, list[Verdict]] = {}
    of_period = select(Verdict).join(Sheet, Sheet.id == Verdict.sheet_id).where(Sheet.period_id == period.id)
    for verdict in db.scalars(of_period.order_by(Verdict.id)):
        found.setdefault(verdict.sheet_id, []).append(verdict)
    return found


def active_exclusions(db: Session, period: Period) -> dict[int, Exclusion]:
    """The exclusion that bars each unit now, by sheet id: the oldest of those that were not lifted."""
    found: dict[int, Exclusion] = {}
    not_lifted = (
        select(Exclusion)
        .join(Sheet, Sheet.id == Exclusion.sheet_id)
        .where(Sheet.period_id == period.id, Exclusion.lifted_at.is_(None))
    )
    for exclusion in db.scalars(not_lifted.order_by(Exclusion.id)):
        found.setdefault(exclusion.sheet_id, exclusion)
    return found


# ---- scope ----


def load_sheet(db: Session, sheet_id: int, **_: object) -> Sheet | None:
    """The sheet of a URL."""
    return db.get(Sheet, sheet_id)


def seats_in(person: User, period: Period) -> list[Seat]:
    """The seats of a person in councils of this period, in the order of the councils."""
    return sorted((seat for seat in person.seats if seat.council.period_id == period.id), key=lambda seat: seat.id)


def seats_over(person: User, sheet: Sheet) -> list[Seat]:
    """The seats whose scope holds the sheet's cluster and at least one criterion."""
    return [
        seat
        for seat in sorted(person.seats, key=lambda seat: seat.id)
        if seat.council.period_id == sheet.period_id
        and seat.council.codes
        and sheet.cluster_id in seat.council.cluster_ids
    ]


def council_for(person: User, sheet: Sheet, code: str) -> Council | None:
    """The council in which this person scores this criterion of this sheet."""
    return next((seat.council for seat in seats_over(person, sheet) if code in seat.council.codes), None)


def has_conflict(person: User, unit_id: int) -> bool:
    """The person's home unit, or one they declared a conflict for."""
    return person.home_unit_id == unit_id or any(conflict.unit_id == unit_id for conflict in person.conflicts)


def is_submitted(sheet: Sheet) -> bool:
    """The sheet has reached the ministry."""
    return sheet.state not in (SheetState.DRAFT, SheetState.SIGNING, SheetState.RETURNED)


def shows_others(person: User, review: Review | None) -> bool:
    """Whether this person may see the marks of the other members: own marking finished, or revealed by the chair."""
    return review is not None and (
        review.revealed_at is not None or any(done.user_id == person.id for done in review.completions)
    )


@dataclass(frozen=True)
class Member:
    """One person of a council, as other members know them."""

    user_id: int
    name: str
    is_chair: bool
    excluded_unit_ids: frozenset[int]  # home unit and declared conflicts

    def may_score(self, sheet: Sheet) -> bool:
        """No conflict of interest with the unit."""
        return sheet.unit_id not in self.excluded_unit_ids


def members_of(db: Session, council_ids: Collection[int]) -> dict[int, list[Member]]:
    """The members of each council, the chair first, then by name."""
    conflicts: dict[int, set[int]] = {}
    for user_id, unit_id in db.execute(select(Conflict.user_id, Conflict.unit_id)):
        conflicts.setdefault(user_id, set()).add(unit_id)
    found: dict[int, list[Member]] = {council_id: [] for council_id in council_ids}
    rows = db.execute(
        select(Seat.council_id, Seat.role, User.id, User.name, User.home_unit_id)
        .join(User, User.id == Seat.user_id)
        .where(Seat.council_id.in_(council_ids), User.is_active)
    )
    for council_id, role, user_id, name, home_unit_id in rows:
        barred = conflicts.get(user_id, set()) | ({home_unit_id} if home_unit_id else set())
        found[council_id].append(Member(user_id, name, role == "chair", frozenset(barred)))
    for members in found.values():
        members.sort(key=lambda member: (not member.is_chair, name_key(member.name)))
    return found


# ---- lines ----


@dataclass(frozen=True)
class Opinion:
    """The mark of another member, with the name."""

    name: str
    mark: Mark


@dataclass(frozen=True)
class Line:
    """One criterion of one sheet as one reviewer sees it. `others` is None while their marks are hidden."""

    sheet: Sheet
    council: Council
    declared: Declared
    entry: Entry | None
    mine: Mark | None
    others: tuple[Opinion, ...] | None
    verdict: Verdict | None
    review: Review | None  # of the council

    @property
    def code(self) -> str:
        """Code of the criterion."""
        return self.declared.criterion.code

    @property
    def is_open_task(self) -> bool:
        """Needs this person's mark and has none."""
        return self.declared.needs_points and self.mine is None

    @property
    def is_unremarkable(self) -> bool:
        """May be accepted together with others: declared, nothing remarkable, not marked yet."""
        return self.is_open_task and self.declared.can_be_accepted and not self.declared.remarks


def lines_of_sheet(db: Session, person: User, sheet: Sheet) -> list[Line]:
    """The criteria of one sheet in this person's scope, in the order of the set."""
    return lines_of_sheets(db, person, [sheet])


def lines_of_sheets(db: Session, person: User, sheets: Sequence[Sheet]) -> list[Line]:
    """As `lines_of_sheet`, of several sheets of one period, one after the other."""
    codes = {code for sheet in sheets for seat in seats_over(person, sheet) for code in seat.council.codes}
    return _lines(db, person, sheets, codes, value_of(sheets[0].period.criteria_set)) if sheets else []


def lines_of_criterion(db: Session, person: User, sheets: Sequence[Sheet], code: str) -> dict[int, Line]:
    """One criterion of those of `sheets` that this person may score now or could score before, by sheet id."""
    seen = [
        sheet
        for sheet in sheets
        if is_submitted(sheet) and not has_conflict(person, sheet.unit_id) and council_for(person, sheet, code)
    ]
    if not seen:
        return {}
    return {line.sheet.id: line for line in _lines(db, person, seen, {code}, value_of(seen[0].period.criteria_set))}


def _lines(
    db: Session, person: User, sheets: Sequence[Sheet], codes: Collection[str], criteria: CriteriaSet
) -> list[Line]:
    ids = [sheet.id for sheet in sheets]
    entries = {
        (entry.sheet_id, entry.code): entry
        for entry in db.scalars(select(Entry).where(Entry.sheet_id.in_(ids), Entry.code.in_(codes)).options(CITED))
    }
    reviews = reviews_of(db, ids)
    verdicts = {
        (verdict.sheet_id, verdict.code): verdict
        for verdict in db.scalars(
            select(Verdict)
            .where(Verdict.sheet_id.in_(ids), Verdict.code.in_(codes))
            .order_by(Verdict.round.desc(), Verdict.id)  # "review" before "explanation": the later one counts
        )
    }
    open_ids = {sheet_id for (_, sheet_id), review in reviews.items() if shows_others(person, review)}
    marks = newest_marks(db, ids, codes=codes, only_of=person, open_ids=open_ids)
    names = _names(db, {user_id for _, _, user_id in marks} - {person.id})
    others_of: dict[tuple[int, str], list[Opinion]] = {}
    for (sheet_id, code, user_id), mark in marks.items():
        if user_id != person.id:
            others_of.setdefault((sheet_id, code), []).append(Opinion(names[user_id], mark))
    found = []
    parts = parts_of(criteria)
    for sheet in sheets:
        for code, part in parts.items():
            council = council_for(person, sheet, code) if code in codes else None
            if council is None:
                continue
            entry = entries.get((sheet.id, code))
            review = reviews.get((council.id, sheet.id))
            others = None
            if shows_others(person, review):
                others = tuple(one for one in others_of.get((sheet.id, code), ()) if one.mark.council_id == council.id)
            found.append(
                Line(
                    sheet=sheet,
                    council=council,
                    declared=declared(
                        criteria.by_code[code],
                        part,
                        tags=sheet.tags,
                        entry=entry.data if entry else None,
                        has_evidence=bool(entry and entry.citations),
                        precision=criteria.precision,
                    ),
                    entry=entry,
                    mine=marks.get((sheet.id, code, person.id)),
                    others=others,
                    verdict=verdicts.get((sheet.id, code)),
                    review=review,
                )
            )
    return found


def _names(db: Session, user_ids: Collection[int]) -> dict[int, str]:
    if not user_ids:
        return {}
    return dict(db.execute(select(User.id, User.name).where(User.id.in_(user_ids))).all())


def reviews_of(db: Session, sheet_ids: Collection[int]) -> dict[tuple[int, int], Review]:
    """Reviews by (council id, sheet id), with who has finished."""
    return {
        (review.council_id, review.sheet_id): review
        for review in db.scalars(select(Review).where(Review.sheet_id.in_(sheet_ids)).options(lazyload(Review.council)))
    }


def newest_marks(
    db: Session,
    sheet_ids: Collection[int],
    *,
    codes: Collection[str] | None = None,
    only_of: User | None = None,
    open_ids: Iterable[int] = (),
) -> dict[tuple[int, str, int], Mark]:
    """The mark that counts of each member, by (sheet id, code, user id).

    With `only_of`, marks of other people come only for the sheets in `open_ids`.
    """
    wanted = select(Mark).where(Mark.sheet_id.in_(sheet_ids)).order_by(Mark.id)
    if codes is not None:
        wanted = wanted.where(Mark.code.in_(codes))
    if only_of is not None:
        wanted = wanted.where(or_(Mark.user_id == only_of.id, Mark.sheet_id.in_(list(open_ids))))
    return {(mark.sheet_id, mark.code, mark.user_id): mark for mark in db.scalars(wanted)}
