"""Awards of a round: their rules, the simulation, granting by decision. DESIGN 6."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from emulation.documents.certificate_template import TEMPLATES
from emulation.domain import awards as domain
from emulation.domain.results import Outcome, Ranking
from emulation.errors import CHANGED_MEANWHILE, Invalid, Stale, WrongState
from emulation.models import Award, AwardKind, AwardScope, Certificate, CertificateStatus, Decision, Period, Unit
from emulation.services.actor import Actor
from emulation.services.criteria import value_of
from emulation.services.history import record
from emulation.services.results import ranking_of
from emulation.words import N_, Phrase, tidy_line

LARGEST_QUOTA = 1000


@dataclass(frozen=True)
class AwardFacts:
    """What is typed about an award. Exactly one of `quota` and `quota_percent`."""

    code: str
    name: str
    kind: str
    scope: str
    quota: int | None = None
    quota_percent: int | None = None
    minimum_grade: str | None = None
    shuts_out: tuple[str, ...] = ()
    position: int = 0
    template: str = "bang-khen"
    merit: str = ""


@dataclass(frozen=True)
class Simulated:
    """What an award would give now, or what it gave when its decision is there."""

    award: Award
    allocation: domain.Allocation
    holders: tuple[Outcome, ...]
    ties: tuple[tuple[domain.OpenTie, tuple[Outcome, ...]], ...]
    barred: tuple[tuple[Outcome, domain.Bar], ...]
    decision: Decision | None

    @property
    def places(self) -> int:
        """All places of the quota."""
        return sum(self.allocation.quotas.values())


def awards_of(db: Session, period: Period) -> list[Award]:
    """The awards of a round in the order in which they are handed out."""
    return list(db.scalars(select(Award).where(Award.period_id == period.id).order_by(Award.position, Award.id)))


def default_awards(period: Period) -> list[AwardFacts]:
    """Our proposal for a new round.

    One flag in each cluster is what the ministry did in 2022-2023 (8 clusters, 8 flags). The minimum grades, and
    the quota of the certificate of merit, are defaults of ours, not rules seen in a source.
    """
    grades = value_of(period.criteria_set).grades
    good = grades[min(1, len(grades) - 1)].name if grades else None
    year = period.code
    return [
        AwardFacts(
            code="co-thi-dua",
            name="Cờ thi đua của Bộ Giáo dục và Đào tạo",
            kind=AwardKind.TITLE,
            scope=AwardScope.CLUSTER,
            quota=1,
            minimum_grade=good,
            shuts_out=("bang-khen",),
            position=1,
            template="giay-chung-nhan",
            merit=f"Được tặng Cờ thi đua của Bộ Giáo dục và Đào tạo năm học {year}",
        ),
        AwardFacts(
            code="bang-khen",
            name="Bằng khen của Bộ trưởng",
            kind=AwardKind.FORM,
            scope=AwardScope.CLUSTER,
            quota_percent=20,
            minimum_grade=good,
            position=2,
            merit=f"Đã hoàn thành xuất sắc nhiệm vụ năm học {year}",
        ),
    ]


def create_defaults(db: Session, actor: Actor, period: Period, *, now: datetime) -> list[Award]:
    """Write our proposal; each award is marked as a default until somebody edits it.

    Raises:
        WrongState: the round has awards already.
    """
    if awards_of(db, period):
        raise WrongState(N_("Kỳ đánh giá đã có danh mục khen thưởng."))
    made = []
    proposal = default_awards(period)
    for facts in sorted(proposal, key=lambda one: -one.position):  # what is shut out must exist first
        award = create_award(db, actor, period, facts=facts, now=now)
        award.is_default = True
        made.append(award)
    db.flush()
    return made[::-1]


def create_award(db: Session, actor: Actor, period: Period, *, facts: AwardFacts, now: datetime) -> Award:
    """Add an award to a round.

    Raises:
        Invalid: facts that make no sense; `field` names the input.
    """
    others = awards_of(db, period)
    facts = _checked(period, facts, others)
    award = Award(period_id=period.id, **_columns(facts))
    db.add(award)
    db.flush()
    db.refresh(award, ["period"])
    record(db, actor, "create_award", award, now=now, period_id=period.id, new=_columns(facts))
    return award


def change_award(db: Session, actor: Actor, award: Award, *, facts: AwardFacts, version: int, now: datetime) -> Award:
    """Change the rule or the words of an award that was not granted yet; it is no default any more.

    Raises:
        WrongState: it was granted; a decision rests on this rule.
        Stale: somebody changed it since the page was opened.
        Invalid: facts that make no sense.
    """
    if decision_of(db, award) is not None:
        raise WrongState(N_("Đã có quyết định khen thưởng theo quy tắc này nên không sửa được nữa."))
    if award.version != version:
        raise Stale(CHANGED_MEANWHILE)
    others = [other for other in awards_of(db, award.period) if other.id != award.id]
    facts = _checked(award.period, facts, others)
    new = _columns(facts)
    old = {key: getattr(award, key) for key in new}
    changed = [key for key in new if new[key] != old[key]]
    if changed:
        for key in changed:
            setattr(award, key, new[key])
        award.is_default = False
        record(
            db,
            actor,
            "change_award",
            award,
            now=now,
            period_id=award.period_id,
            old={key: old[key] for key in changed},
            new={key: new[key] for key in changed},
        )
    db.flush()
    return award


def _columns(facts: AwardFacts) -> dict[str, object]:
    return {
        **asdict(facts),
        "kind": str(facts.kind),
        "scope": str(facts.scope),
        "shuts_out": sorted(facts.shuts_out),
    }


def _checked(period: Period, facts: AwardFacts, others: Sequence[Award]) -> AwardFacts:
    facts = replace(facts, code=facts.code.strip(), name=tidy_line(facts.name), merit=tidy_line(facts.merit))
    if not facts.name:
        raise Invalid(N_("Chưa nhập tên."), "name")
    if not facts.code or not all(letter.isascii() and (letter.isalnum() or letter == "-") for letter in facts.code):
        raise Invalid(N_("Mã chỉ gồm chữ không dấu, chữ số và dấu gạch ngang, ví dụ bang-khen."), "code")
    if any(other.code == facts.code for other in others):
        raise Invalid(N_("Kỳ đánh giá đã có mã “%(code)s”."), "code", code=facts.code)
    if (facts.quota is None) == (facts.quota_percent is None):
        raise Invalid(N_("Nhập số lượng hoặc tỷ lệ phần trăm, không nhập cả hai."), "quota")
    if facts.quota is not None and not 1 <= facts.quota <= LARGEST_QUOTA:
        raise Invalid(N_("Số lượng phải từ 1 đến %(most)s."), "quota", most=LARGEST_QUOTA)
    if facts.quota_percent is not None and not 1 <= facts.quota_percent <= 100:
        raise Invalid(N_("Tỷ lệ phải từ 1 đến %(most)s %%."), "quota_percent", most=100)
    grades = [grade.name for grade in value_of(period.criteria_set).grades]
    if facts.minimum_grade is not None and facts.minimum_grade not in grades:
        raise Invalid(N_("Bộ tiêu chí không có xếp loại “%(grade)s”."), "minimum_grade", grade=facts.minimum_grade)
    if facts.template not in templates():
        raise Invalid(N_("Không có mẫu in “%(name)s”."), "template", name=facts.template)
    if facts.kind == AwardKind.TITLE and facts.template == "bang-khen":
        raise Invalid(
            N_("Bằng khen là hình thức khen thưởng; danh hiệu thi đua in theo mẫu giấy chứng nhận."), "template"
        )
    rules = [(other.position, rule_of(other)) for other in others] + [(facts.position, _rule(facts))]
    ordered = [rule for _, rule in sorted(rules, key=lambda row: row[0])]
    for problem in domain.problems_of(ordered, grades):
        raise Invalid(problem, "shuts_out")
    return facts


def templates() -> list[str]:
    """Names of the certificate templates that are shipped."""
    return sorted(path.stem for path in TEMPLATES.glob("*.yaml"))


def _rule(facts: AwardFacts) -> domain.AwardRule:
    return domain.AwardRule(
        code=facts.code,
        per_cluster=facts.scope == AwardScope.CLUSTER,
        quota=facts.quota,
        quota_percent=facts.quota_percent,
        minimum_grade=facts.minimum_grade,
        shuts_out=frozenset(facts.shuts_out),
    )


def rule_of(award: Award) -> domain.AwardRule:
    """The rule of a stored award."""
    return domain.AwardRule(
        code=award.code,
        per_cluster=award.scope == AwardScope.CLUSTER,
        quota=award.quota,
        quota_percent=award.quota_percent,
        minimum_grade=award.minimum_grade,
        shuts_out=frozenset(award.shuts_out),
    )


# who gets it


def decision_of(db: Session, award: Award) -> Decision | None:
    """The decision that granted an award."""
    return db.scalar(select(Decision).where(Decision.award_id == award.id))


def decisions_of(db: Session, period: Period) -> dict[int, Decision]:
    """The decisions of a round with their certificates, by award id."""
    rows = db.scalars(
        select(Decision)
        .join(Award, Award.id == Decision.award_id)
        .where(Award.period_id == period.id)
        .options(selectinload(Decision.certificates).selectinload(Certificate.unit))
    )
    return {row.award_id: row for row in rows}


def simulate(db: Session, period: Period) -> list[Simulated]:
    """What each award gives by the ranking of now (provisional or sealed), and what was granted already.

    A holder counts as one even after its certificate was revoked: it does not move on to a lower award.
    """
    return simulate_with(awards_of(db, period), decisions_of(db, period), ranking_of(db, period))


def simulate_with(awards: Sequence[Award], decisions: Mapping[int, Decision], ranking: Ranking) -> list[Simulated]:
    """As `simulate`, from what is loaded already."""
    held = {
        award.code: [certificate.unit.code for certificate in decisions[award.id].certificates]
        for award in awards
        if award.id in decisions
    }
    grades = [grade.name for grade in ranking.criteria.grades]
    allocations = domain.allocate([rule_of(award) for award in awards], candidates(ranking), grades, held)
    by_unit = ranking.by_unit
    return [
        Simulated(
            award=award,
            allocation=allocation,
            holders=tuple(by_unit[unit] for unit in allocation.granted),
            ties=tuple((tie, tuple(by_unit[unit] for unit in tie.units)) for tie in allocation.ties),
            barred=tuple((by_unit[unit], bar) for unit, bar in allocation.barred.items()),
            decision=decisions.get(award.id),
        )
        for award, allocation in zip(awards, allocations, strict=True)
    ]


def candidates(ranking: Ranking) -> list[domain.Candidate]:
    """The units of a ranking as the award rules see them."""
    return [
        domain.Candidate(
            unit=outcome.unit,
            cluster=outcome.cluster,
            rank_in_cluster=outcome.rank_in_cluster,
            rank_overall=outcome.rank_overall,
            grade=outcome.official.grade if outcome.official else None,
            is_excluded=bool(outcome.exclusions),
        )
        for outcome in ranking.units
    ]


@dataclass(frozen=True)
class Holding:
    """An award that a unit holds."""

    award: str
    name: str
    kind: str
    check_code: str

    @property
    def short(self) -> str:
        """The name without who grants it, for a narrow column: "Bằng khen của Bộ trưởng" -> "Bằng khen"."""
        return self.name.partition(" của ")[0]


def holdings(db: Session, period: Period) -> dict[str, list[Holding]]:
    """What each unit of a round holds, by code of the unit, in the order of the awards; revoked ones left out."""
    rows = db.execute(
        select(Unit.code, Award.code, Award.name, Award.kind, Certificate.check_code)
        .join_from(Certificate, Unit, Unit.id == Certificate.unit_id)
        .join(Decision, Decision.id == Certificate.decision_id)
        .join(Award, Award.id == Decision.award_id)
        .where(Award.period_id == period.id, Certificate.status == CertificateStatus.VALID)
        .order_by(Award.position, Award.id)
    )
    found: dict[str, list[Holding]] = {}
    for unit, *award in rows:
        found.setdefault(unit, []).append(Holding(*award))
    return found


BAR_NAMES = {
    domain.Bar.EXCLUDED: N_("thuộc diện loại trừ"),
    domain.Bar.GRADE: N_("chưa đạt xếp loại tối thiểu"),
    domain.Bar.SHUT_OUT: N_("đã được tặng danh hiệu hoặc hình thức cao hơn"),
}
SCOPE_NAMES = {AwardScope.CLUSTER: N_("trong từng cụm"), AwardScope.NATIONWIDE: N_("trong cả nước")}
KIND_NAMES = {AwardKind.TITLE: N_("danh hiệu thi đua"), AwardKind.FORM: N_("hình thức khen thưởng")}


def quota_words(award: Award) -> Phrase:
    """The quota in one line: "1 trong từng cụm", "20 % số đơn vị trong từng cụm"."""
    scope = Phrase(SCOPE_NAMES[AwardScope(award.scope)])
    if award.quota is not None:
        return Phrase(N_("%(quota)s đơn vị %(scope)s"), {"quota": award.quota, "scope": scope})
    return Phrase(
        N_("%(percent)s %% số đơn vị %(scope)s, làm tròn xuống"),
        {"percent": award.quota_percent, "scope": scope},
    )
