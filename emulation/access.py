"""Who may do what: the one permission table. Deny by default. DESIGN 10.

A permission is granted when any of its grants holds; a grant holds when all its predicates hold. A predicate looks
at the person and at the loaded thing, never at the database.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from emulation.domain.workflow import Phase, SheetState
from emulation.models import (
    Draft,
    DraftState,
    Evidence,
    Period,
    Remark,
    Role,
    SeatRole,
    Sheet,
    SignedScan,
    Upload,
    User,
)

Predicate = Callable[[User | None, Any], bool]
OF_PERSON: set[Predicate] = set()  # those that look at the person alone


def of_person(predicate: Predicate) -> Predicate:
    """A predicate that looks at the person alone."""
    OF_PERSON.add(predicate)
    return predicate


class Permission(StrEnum):
    """One act or one kind of reading."""

    PUBLIC = "public"
    BE_SIGNED_IN = "be_signed_in"
    READ_CRITERIA = "read_criteria"
    EDIT_CRITERIA = "edit_criteria"
    READ_DRAFT = "read_draft"
    COMMENT_DRAFT = "comment_draft"
    READ_SHEET = "read_sheet"
    FILL_SHEET = "fill_sheet"
    SIGN_SHEET = "sign_sheet"
    TALK_ON_SHEET = "talk_on_sheet"
    READ_SHEET_ACTIVITY = "read_sheet_activity"
    ATTACH_SCAN = "attach_scan"
    READ_EVIDENCE = "read_evidence"
    RECEIVE_SHEET = "receive_sheet"
    SCORE_SHEET = "score_sheet"
    SETTLE_SHEET = "settle_sheet"
    DECLARE_CONFLICT = "declare_conflict"
    EXPLAIN_SHEET = "explain_sheet"
    FINALISE_SHEET = "finalise_sheet"
    EXCLUDE_UNIT = "exclude_unit"
    READ_SHEET_RESULT = "read_sheet_result"
    READ_REVIEWS = "read_reviews"
    READ_BOARD = "read_board"
    RUN_PERIOD = "run_period"
    READ_INDICATORS = "read_indicators"
    READ_REMINDERS = "read_reminders"
    READ_RANKING = "read_ranking"
    READ_IMPACT = "read_impact"
    READ_LEAN = "read_lean"
    READ_AWARDS = "read_awards"
    MANAGE_AWARDS = "manage_awards"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_HISTORY = "read_history"


@of_person
def anyone(user: User | None, thing: Any) -> bool:
    """Everybody, signed in or not."""
    return True


@of_person
def signed_in(user: User | None, thing: Any) -> bool:
    """Anybody with an account."""
    return user is not None


def has(*roles: Role) -> Predicate:
    """An account with one of these roles."""

    def predicate(user: User | None, thing: Any) -> bool:
        return user is not None and user.role in roles

    predicate.__name__ = " / ".join(role.value for role in roles)
    predicate.__doc__ = "Role: " + ", ".join(role.value for role in roles)
    return of_person(predicate)


def _sheet(thing: Any) -> Sheet | None:
    """The sheet that a thing is, or belongs to (an evidence, an upload on its way, a remark, a scan)."""
    if isinstance(thing, Sheet):
        return thing
    return thing.sheet if isinstance(thing, Evidence | Remark | SignedScan | Upload) else None


def of_own_unit(user: User | None, thing: Any) -> bool:
    """The sheet, or what belongs to it, is of the person's unit."""
    sheet = _sheet(thing)
    return user is not None and sheet is not None and user.unit_id is not None and sheet.unit_id == user.unit_id


def _covers(seat: Any, sheet: Sheet) -> bool:
    council = seat.council
    return council.period_id == sheet.period_id and bool(council.codes) and sheet.cluster_id in council.cluster_ids


def in_scope(user: User | None, thing: Any) -> bool:
    """The person sits in a council of the period whose scope holds the sheet's cluster and at least one criterion."""
    sheet = _sheet(thing)
    return user is not None and sheet is not None and any(_covers(seat, sheet) for seat in user.seats)


def chairs_scope(user: User | None, thing: Any) -> bool:
    """As `in_scope`, as chair."""
    sheet = _sheet(thing)
    return (
        user is not None
        and sheet is not None
        and any(seat.role == SeatRole.CHAIR and _covers(seat, sheet) for seat in user.seats)
    )


def no_conflict(user: User | None, thing: Any) -> bool:
    """Neither the person's home unit nor one they declared a conflict for."""
    sheet = _sheet(thing)
    return (
        user is not None
        and sheet is not None
        and user.home_unit_id != sheet.unit_id
        and all(conflict.unit_id != sheet.unit_id for conflict in user.conflicts)
    )


def was_submitted(user: User | None, thing: Any) -> bool:
    """The sheet has reached the ministry."""
    sheet = _sheet(thing)
    return sheet is not None and sheet.state not in (
        SheetState.DRAFT,
        SheetState.SIGNING,
        SheetState.RETURNED,
    )


def is_published(user: User | None, thing: Any) -> bool:
    """The period's result is published."""
    period = thing.period if isinstance(thing, Sheet) else thing
    return isinstance(period, Period) and period.phase in (Phase.PUBLISHED, Phase.ARCHIVED)


def result_is_open(user: User | None, thing: Any) -> bool:
    """The unit may read its official points: settled, and the period is at explanation or later."""
    if not isinstance(thing, Sheet):
        return False
    late = (Phase.EXPLANATION, Phase.COUNCIL, Phase.PUBLISHED, Phase.ARCHIVED)
    settled = (SheetState.REVIEWED, SheetState.EXPLAINING, SheetState.FINAL)
    return thing.period.phase in late and thing.state in settled


def in_consultation(user: User | None, thing: Any) -> bool:
    """The draft of a criteria set is open for comments."""
    return isinstance(thing, Draft) and thing.state == DraftState.CONSULTATION


def is_public_ranking(user: User | None, thing: Any) -> bool:
    """The department has opened the published ranking to the public."""
    return isinstance(thing, Period) and thing.ranking_is_public


UNIT_PEOPLE = has(Role.UNIT_OFFICER, Role.UNIT_DIRECTOR)
READERS = has(Role.DEPARTMENT, Role.LEADER, Role.AUDITOR)
COMMENTERS = has(Role.UNIT_OFFICER, Role.UNIT_DIRECTOR, Role.CLUSTER_LEADER, Role.REVIEWER)
P = Permission
RULES: dict[Permission, tuple[tuple[Predicate, ...], ...]] = {
    P.PUBLIC: ((anyone,),),
    P.BE_SIGNED_IN: ((signed_in,),),
    P.READ_CRITERIA: ((signed_in,),),
    P.EDIT_CRITERIA: ((has(Role.DEPARTMENT),),),
    P.READ_DRAFT: ((READERS,), (signed_in, in_consultation)),
    P.COMMENT_DRAFT: ((COMMENTERS, in_consultation),),
    P.READ_SHEET: (
        (UNIT_PEOPLE, of_own_unit),
        (READERS,),
        (has(Role.REVIEWER), in_scope, no_conflict, was_submitted),
    ),
    P.FILL_SHEET: ((has(Role.UNIT_OFFICER), of_own_unit),),
    P.SIGN_SHEET: ((has(Role.UNIT_DIRECTOR), of_own_unit),),
    P.TALK_ON_SHEET: ((UNIT_PEOPLE, of_own_unit),),
    P.READ_SHEET_ACTIVITY: ((UNIT_PEOPLE, of_own_unit), (has(Role.DEPARTMENT, Role.AUDITOR),)),
    P.ATTACH_SCAN: ((UNIT_PEOPLE, of_own_unit),),
    P.READ_EVIDENCE: (
        (UNIT_PEOPLE, of_own_unit),
        (READERS,),
        (has(Role.REVIEWER), in_scope, no_conflict, was_submitted),
    ),
    P.RECEIVE_SHEET: ((has(Role.DEPARTMENT),),),
    P.SCORE_SHEET: ((has(Role.REVIEWER), in_scope, no_conflict, was_submitted),),
    P.SETTLE_SHEET: ((has(Role.REVIEWER), chairs_scope, no_conflict, was_submitted),),
    P.DECLARE_CONFLICT: ((has(Role.REVIEWER), in_scope),),
    P.EXPLAIN_SHEET: ((UNIT_PEOPLE, of_own_unit),),
    P.FINALISE_SHEET: ((has(Role.DEPARTMENT),),),
    P.EXCLUDE_UNIT: ((has(Role.DEPARTMENT),),),
    P.READ_SHEET_RESULT: ((UNIT_PEOPLE, of_own_unit, result_is_open), (READERS,)),
    P.READ_REVIEWS: ((has(Role.REVIEWER),),),
    P.READ_BOARD: ((READERS,), (has(Role.CLUSTER_LEADER),)),
    P.RUN_PERIOD: ((has(Role.DEPARTMENT),),),
    P.READ_INDICATORS: ((READERS,),),
    P.READ_REMINDERS: ((READERS,),),
    P.READ_RANKING: ((READERS,), (signed_in, is_published), (is_published, is_public_ranking)),
    P.READ_IMPACT: ((READERS,),),
    P.READ_LEAN: ((READERS,),),
    P.READ_AWARDS: ((READERS,),),
    P.MANAGE_AWARDS: ((has(Role.DEPARTMENT),),),
    P.MANAGE_ACCOUNTS: ((has(Role.ADMIN),),),
    P.READ_HISTORY: ((has(Role.AUDITOR, Role.DEPARTMENT),),),
}


def may(user: User | None, permission: Permission, thing: Any = None) -> bool:
    """Whether this person (None: a stranger) may do this to this thing."""
    if user is not None and not user.is_active:
        user = None
    return any(all(predicate(user, thing) for predicate in grant) for grant in RULES.get(permission, ()))


def may_ever(user: User | None, permission: Permission) -> bool:
    """Whether there can be a thing that this person may do this to; where not, nothing need be loaded to refuse."""
    if user is not None and not user.is_active:
        user = None
    return any(
        all(predicate(user, None) for predicate in grant if predicate in OF_PERSON)
        for grant in RULES.get(permission, ())
    )
