"""Decisions that grant awards, and what the clerk types about them. DESIGN 6 and 7."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain import awards as domain
from emulation.domain import snapshot
from emulation.domain.results import Outcome, Ranking
from emulation.domain.workflow import Phase
from emulation.errors import CHANGED_MEANWHILE, Invalid, Stale, WrongState
from emulation.models import Award, Certificate, Decision, Unit
from emulation.services.actor import Actor
from emulation.services.awards import awards_of, decision_of, decisions_of, simulate_with
from emulation.services.certificates import new_check_code
from emulation.services.history import record
from emulation.services.results import published
from emulation.words import N_, tidy, tidy_line


@dataclass(frozen=True)
class DecisionFacts:
    """What the clerk types about a decision. Empty stays empty, and dotted on paper."""

    number: str = ""
    issued_on: date | None = None
    signer: str = ""
    signer_title: str = ""


def check_open(db: Session, award: Award) -> snapshot.Sealed:
    """The published result from which the award can be granted now.

    Raises:
        WrongState: before publication, or granted already.
    """
    sealed = published(db, award.period)
    if sealed is None or award.period.phase not in (Phase.PUBLISHED, Phase.ARCHIVED):
        raise WrongState(N_("Chỉ khen thưởng sau khi công bố kết quả."))
    if decision_of(db, award) is not None:
        raise WrongState(N_("Đã có quyết định cho “%(award)s”."), award=award.name)
    return sealed


def grant(
    db: Session,
    actor: Actor,
    award: Award,
    *,
    facts: DecisionFacts,
    chosen: Collection[str] = (),
    vote_note: str = "",
    now: datetime,
) -> Decision:
    """Grant an award by decision: to those whom the rule names, and to those whom a vote chose among equals.

    `chosen` are codes of units in open ties; then `vote_note` must say how they were chosen.

    Raises:
        WrongState: before publication, granted already, an earlier award that shuts units out of this one is still
            open, or nobody would get it.
        Invalid: an open tie without a vote's note, or a choice that does not fit the ties.
    """
    period = award.period
    sealed = check_open(db, award)
    awards = awards_of(db, period)
    simulated = simulate_with(awards, decisions_of(db, period), sealed.ranking)
    this = next(one for one in simulated if one.award.id == award.id)
    earlier = [one for one in simulated if award.code in one.award.shuts_out and one.decision is None]
    if earlier:
        raise WrongState(
            N_("Phải có quyết định cho “%(earlier)s” trước: đơn vị được tặng thì không xét “%(award)s”."),
            earlier=earlier[0].award.name,
            award=award.name,
        )
    note = tidy(vote_note)
    if this.ties and not note:
        raise Invalid(N_("Ghi kết quả biểu quyết cho các đơn vị bằng hạng ở suất cuối."), "vote_note")
    holders = domain.decide(this.allocation, chosen)
    if not holders:
        raise WrongState(N_("Không có đơn vị nào đủ điều kiện nhận “%(award)s”."), award=award.name)
    order = {outcome.unit: i for i, outcome in enumerate(_appendix_order(sealed.ranking))}
    units = {unit.code: unit for unit in db.scalars(select(Unit).where(Unit.code.in_(holders)))}
    decision = Decision(
        award_id=award.id,
        vote_note=note if this.ties else "",
        made_by_id=actor.user_id,
        made_at=now,
        **asdict(_clean(facts)),
    )
    db.add(decision)
    db.flush()
    taken: set[str] = set()
    for position, code in enumerate(sorted(holders, key=lambda unit: order[unit]), 1):
        check_code = new_check_code(db, taken)
        taken.add(check_code)
        db.add(
            Certificate(
                decision_id=decision.id,
                unit_id=units[code].id,
                recipient=sealed.ranking.by_unit[code].name,
                position=position,
                check_code=check_code,
            )
        )
    db.flush()
    db.refresh(decision, ["award", "certificates"])
    record(
        db,
        actor,
        "grant",
        decision,
        now=now,
        period_id=period.id,
        new={
            "award": award.code,
            "units": sorted(holders),
            "chosen": sorted(chosen),
            "vote_note": decision.vote_note,
            "number": decision.number,
            "issued_on": decision.issued_on,
        },
    )
    return decision


def _appendix_order(ranking: Ranking) -> list[Outcome]:
    return sorted(ranking.ranked, key=lambda one: (one.cluster, one.rank_in_cluster or 0, one.unit))


def _clean(facts: DecisionFacts) -> DecisionFacts:
    """Spaces tidied; the signer's post may have several lines ("KT. BỘ TRƯỞNG", "THỨ TRƯỞNG")."""
    title = "\n".join(tidy_line(line) for line in tidy(facts.signer_title).splitlines() if line.strip())
    cleaned = replace(facts, number=tidy_line(facts.number), signer=tidy_line(facts.signer), signer_title=title)
    for name, most in (("number", 60), ("signer", 120), ("signer_title", 120)):
        if len(getattr(cleaned, name)) > most:
            raise Invalid(N_("Dài quá %(most)s ký tự."), name, most=most)
    return cleaned


def change_decision(
    db: Session,
    actor: Actor,
    decision: Decision,
    *,
    facts: DecisionFacts,
    register_numbers: Mapping[int, str],
    version: int,
    now: datetime,
) -> Decision:
    """Write what the clerk typed: number, date, signer, and register numbers by id of the certificate.

    Raises:
        Stale: somebody changed the decision since the page was opened.
        Invalid: too long, or one register number given twice.
    """
    if decision.version != version:
        raise Stale(CHANGED_MEANWHILE)
    new = asdict(_clean(facts))
    old = {key: getattr(decision, key) for key in new}
    changed = {key: new[key] for key in new if new[key] != old[key]}
    typed = {key: tidy_line(text) for key, text in register_numbers.items()}
    _check_register(typed)
    numbers = {
        certificate.id: (certificate, typed[certificate.id])
        for certificate in decision.certificates
        if certificate.id in typed and typed[certificate.id] != certificate.register_number
    }
    if not changed and not numbers:
        return decision
    old_numbers = {row.check_code: row.register_number for row, _ in numbers.values()}
    new_numbers = {row.check_code: number for row, number in numbers.values()}
    for key, value in changed.items():
        setattr(decision, key, value)
    for certificate, number in numbers.values():
        certificate.register_number = number
    decision.version = version + 1  # also when only register numbers changed
    record(
        db,
        actor,
        "change_decision",
        decision,
        now=now,
        period_id=decision.award.period_id,
        old={**{key: old[key] for key in changed}, **_numbers(old_numbers)},
        new={**changed, **_numbers(new_numbers)},
    )
    db.flush()
    return decision


def _numbers(numbers: Mapping[str, str]) -> dict[str, object]:
    return {"register_numbers": dict(numbers)} if numbers else {}


def _check_register(numbers: Mapping[int, str]) -> None:
    seen: set[str] = set()
    for key, number in numbers.items():
        if len(number) > 40:
            raise Invalid(N_("Dài quá %(most)s ký tự."), f"register_{key}", most=40)
        if number and number in seen:
            raise Invalid(N_("Số sổ vàng “%(number)s” ghi hai lần."), f"register_{key}", number=number)
        seen.add(number)
