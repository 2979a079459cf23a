"""Councils of a period: who scores which criteria of which clusters, by which method. DESIGN 5."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from emulation.domain.declared import parts_of
from emulation.domain.names import name_key
from emulation.domain.reviewing import TRIMMED_FROM
from emulation.domain.workflow import Phase
from emulation.errors import CHANGED_MEANWHILE, Invalid, Stale, WrongState
from emulation.models import Cluster, Council, CouncilCluster, Mark, Method, Period, Role, Seat, SeatRole, Sheet, User
from emulation.services.actor import Actor
from emulation.services.criteria import value_of
from emulation.services.history import record
from emulation.words import N_, Phrase, tidy_line

METHOD_NAMES = {
    Method.SINGLE: N_("Một người chấm"),
    Method.MEAN: N_("Trung bình cộng"),
    Method.MEDIAN: N_("Trung vị"),
    Method.TRIMMED: N_("Trung bình, bỏ một điểm cao nhất và một điểm thấp nhất"),
}

# the people of a council by name, without their own seats
PEOPLE = selectinload(Council.seats).options(
    joinedload(Seat.user).options(lazyload(User.seats), lazyload(User.conflicts), lazyload(User.unit))
)


@dataclass(frozen=True)
class Scope:
    """What the department decides about a council."""

    name: str
    method: Method
    cluster_ids: Collection[int]
    codes: Collection[str]
    member_ids: Collection[int]  # the chair among them
    chair_id: int | None


def load_council(db: Session, council_id: int) -> Council | None:
    """The council of a URL with its people."""
    return db.scalar(select(Council).where(Council.id == council_id).options(PEOPLE))


def councils_of(db: Session, period: Period) -> list[Council]:
    """The councils of a period with their people, in the order they were made."""
    return list(db.scalars(select(Council).where(Council.period_id == period.id).options(PEOPLE).order_by(Council.id)))


def reviewers(db: Session) -> list[User]:
    """Accounts that can sit in a council, by name."""
    people = db.scalars(
        select(User)
        .where(User.role == Role.REVIEWER, User.is_active)
        .options(lazyload(User.seats), lazyload(User.conflicts), lazyload(User.unit))
    )
    return sorted(people, key=lambda person: name_key(person.name))


def clusters_of(db: Session, period: Period) -> list[Cluster]:
    """The clusters of a period in order."""
    return list(
        db.scalars(
            select(Cluster)
            .where(Cluster.period_id == period.id)
            .options(joinedload(Cluster.leader), joinedload(Cluster.deputy))
            .order_by(Cluster.number)
        )
    )


def create_council(db: Session, actor: Actor, period: Period, scope: Scope, *, now: datetime) -> Council:
    """Make a council.

    Raises:
        WrongState: the result is published.
        Invalid: something in the scope is wrong; `field` says where.
    """
    _require_open(period)
    chosen = _checked(db, period, None, scope)
    council = Council(period_id=period.id, name=chosen.name, method=chosen.method, codes=list(chosen.codes))
    council.clusters = [CouncilCluster(cluster_id=cluster_id) for cluster_id in chosen.cluster_ids]
    council.seats = [Seat(user_id=user_id, role=_role(chosen, user_id)) for user_id in chosen.member_ids]
    db.add(council)
    db.flush()
    record(db, actor, "create_council", council, now=now, period_id=period.id, new=_facts(chosen))
    return council


def change_council(
    db: Session, actor: Actor, council: Council, period: Period, scope: Scope, *, version: int, now: datetime
) -> Council:
    """Change a council; what it has scored already stays in its scope.

    Raises:
        WrongState: the result is published.
        Stale: somebody changed the council since `version`.
        Invalid: something in the scope is wrong; `field` says where.
    """
    _require_open(period)
    if council.version != version:
        raise Stale(CHANGED_MEANWHILE)
    chosen = _checked(db, period, council, scope)
    old = _facts(scope_of(council))
    if old == _facts(chosen):
        return council
    council.name, council.method, council.codes = chosen.name, chosen.method, list(chosen.codes)
    kept = {row.cluster_id: row for row in council.clusters}
    council.clusters = [kept.get(one) or CouncilCluster(cluster_id=one) for one in chosen.cluster_ids]
    for seat in council.seats:  # a new chair only after the old one stepped down: there is never a second
        if seat.user_id != chosen.chair_id:
            seat.role = SeatRole.MEMBER
    db.flush()
    seated = {seat.user_id: seat for seat in council.seats}
    council.seats = [seated.get(one) or Seat(user_id=one, role=SeatRole.MEMBER) for one in chosen.member_ids]
    for seat in council.seats:
        seat.role = _role(chosen, seat.user_id)
    flag_modified(council, "name")  # scope and people lie in other tables; the version counts them too
    db.flush()
    record(db, actor, "change_council", council, now=now, period_id=period.id, old=old, new=_facts(chosen))
    return council


def scope_of(council: Council) -> Scope:
    """The council as the department decided it."""
    return Scope(
        name=council.name,
        method=Method(council.method),
        cluster_ids=[row.cluster_id for row in council.clusters],
        codes=list(council.codes),
        member_ids=[seat.user_id for seat in council.seats],
        chair_id=next((seat.user_id for seat in council.seats if seat.role == SeatRole.CHAIR), None),
    )


@dataclass(frozen=True)
class Gap:
    """Criteria of some clusters that no council scores."""

    clusters: tuple[Cluster, ...]
    codes: tuple[str, ...]


def gaps_of(clusters: Sequence[Cluster], councils: Sequence[Council], codes: Sequence[str]) -> list[Gap]:
    """What no council scores, clusters with the same gap together; empty when every line has its council."""
    found: dict[tuple[str, ...], list[Cluster]] = {}
    for cluster in clusters:
        covered = {code for council in councils if cluster.id in council.cluster_ids for code in council.codes}
        missing = tuple(code for code in codes if code not in covered)
        if missing:
            found.setdefault(missing, []).append(cluster)
    return [Gap(tuple(rows), missing) for missing, rows in found.items()]


def weakness_of(council: Council) -> Phrase | None:
    """What keeps a council from working as it was meant to, or None."""
    if not council.seats:
        return Phrase(N_("chưa có thành viên"))
    if not any(seat.role == SeatRole.CHAIR for seat in council.seats):
        return Phrase(N_("chưa có chủ tịch"))
    if council.method == Method.TRIMMED and len(council.seats) < TRIMMED_FROM:
        return Phrase(
            N_("có %(n)s thành viên; cách bỏ điểm cao nhất và thấp nhất cần %(needed)s"),
            {"n": len(council.seats), "needed": TRIMMED_FROM},
        )
    return None


# ---- inside ----


def _require_open(period: Period) -> None:
    if period.phase in (Phase.PUBLISHED, Phase.ARCHIVED):
        raise WrongState(N_("Kết quả của kỳ đã công bố; không đổi hội đồng được nữa."))


def _role(scope: Scope, user_id: int) -> SeatRole:
    return SeatRole.CHAIR if user_id == scope.chair_id else SeatRole.MEMBER


def _facts(scope: Scope) -> dict[str, object]:
    return {
        "name": scope.name,
        "method": str(scope.method),
        "clusters": sorted(scope.cluster_ids),
        "codes": list(scope.codes),
        "members": sorted(scope.member_ids),
        "chair": scope.chair_id,
    }


def _checked(db: Session, period: Period, council: Council | None, scope: Scope) -> Scope:
    """The scope in the set's order, or the refusal of the first thing that is wrong."""
    name = tidy_line(scope.name)
    if not name:
        raise Invalid(N_("Đặt tên hội đồng."), "name")
    if len(name) > 200:
        raise Invalid(N_("Tên dài quá 200 ký tự."), "name")
    others = [one for one in councils_of(db, period) if council is None or one.id != council.id]
    if any(one.name == name for one in others):
        raise Invalid(N_("Kỳ này đã có hội đồng tên “%(name)s”."), "name", name=name)
    clusters = [cluster for cluster in clusters_of(db, period) if cluster.id in set(scope.cluster_ids)]
    if not clusters or len(clusters) != len(set(scope.cluster_ids)):
        raise Invalid(N_("Chọn ít nhất một cụm thi đua của kỳ này."), "clusters")
    codes = [code for code in parts_of(value_of(period.criteria_set)) if code in set(scope.codes)]
    if not codes or len(codes) != len(set(scope.codes)):
        raise Invalid(N_("Chọn ít nhất một tiêu chí của bộ tiêu chí."), "codes")
    for other in others:
        shared = [code for code in codes if code in set(other.codes)]
        both = [cluster.name for cluster in clusters if cluster.id in other.cluster_ids]
        if shared and both:
            raise Invalid(
                N_("%(codes)s ở %(cluster)s đã thuộc phạm vi của %(council)s; mỗi dòng chỉ một hội đồng chấm."),
                "codes",
                codes=shorten(shared),
                cluster=both[0],
                council=other.name,
            )
    known = {person.id for person in reviewers(db)}
    if any(user_id not in known for user_id in scope.member_ids):
        raise Invalid(N_("Chỉ chọn được tài khoản thành viên hội đồng đang hoạt động."), "members")
    members = sorted(set(scope.member_ids))
    if not members:
        raise Invalid(N_("Chọn ít nhất một thành viên."), "members")
    if scope.chair_id is None or scope.chair_id not in members:
        raise Invalid(N_("Chọn chủ tịch trong số các thành viên đã chọn."), "chair")
    if council is not None:
        _require_nothing_scored_outside(db, council, {cluster.id for cluster in clusters}, set(codes))
    return Scope(name, scope.method, [cluster.id for cluster in clusters], codes, members, scope.chair_id)


def _require_nothing_scored_outside(
    db: Session, council: Council, cluster_ids: Collection[int], codes: Collection[str]
) -> None:
    rows = db.execute(
        select(Mark.code, Sheet.cluster_id)
        .join(Sheet, Sheet.id == Mark.sheet_id)
        .where(Mark.council_id == council.id)
        .distinct()
    )
    scored = list(rows)
    lost = sorted({code for code, _ in scored if code not in codes})
    if lost:
        raise Invalid(
            N_("Không bỏ được %(codes)s: hội đồng này đã chấm các tiêu chí đó."), "codes", codes=shorten(lost)
        )
    if any(cluster_id not in cluster_ids for _, cluster_id in scored):
        raise Invalid(N_("Không bỏ được cụm mà hội đồng này đã chấm."), "clusters")


def shorten(names: Sequence[str], most: int = 5) -> str:
    """ "I.1, I.2, I.3 ... (12)" for a list that would be too long in a sentence."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} ... ({len(names)})"
