"""The awards of the finished demo round: our default rules, granted with figures that say they are invented."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from emulation.models import Period
from emulation.services import awards, certificates, decisions
from emulation.services.actor import Actor

SIGNER = "Nguyễn Văn A"  # as in the print mockups: nobody
SIGNER_TITLE = "KT. BỘ TRƯỞNG\nTHỨ TRƯỞNG"
REVOKED_PLACE = 2  # of the certificates of merit: one example of a revoked certificate


def grant_awards(db: Session, department: Actor, period: Period, *, now: datetime) -> None:
    """Create the default awards, grant them in order and write invented document numbers."""
    number = 0
    for place, award in enumerate(awards.create_defaults(db, department, period, now=now)):
        simulated = next(one for one in awards.simulate(db, period) if one.award.id == award.id)
        chosen = [unit for tie, _ in simulated.ties for unit in tie.units[: tie.places]]
        decision = decisions.grant(
            db,
            department,
            award,
            facts=decisions.DecisionFacts(),
            chosen=chosen,
            vote_note="Hội đồng bỏ phiếu kín, theo biên bản kiểm phiếu (minh họa)." if chosen else "",
            now=now + timedelta(hours=place),
        )
        registers = {row.id: f"{number + row.position:04d}" for row in decision.certificates}
        number += len(registers)
        decisions.change_decision(
            db,
            department,
            decision,
            facts=decisions.DecisionFacts(
                number=f"{2386 + place}/QĐ-BGDĐT",
                issued_on=(now + timedelta(days=2)).date(),
                signer=SIGNER,
                signer_title=SIGNER_TITLE,
            ),
            register_numbers=registers,
            version=decision.version,
            now=now + timedelta(days=2),
        )
        if place and len(decision.certificates) > REVOKED_PLACE:
            certificates.revoke(
                db,
                department,
                decision.certificates[REVOKED_PLACE],
                reason="Phát hiện kê khai không đúng sự thật sau khi khen thưởng (minh họa).",
                now=now + timedelta(days=30),
            )
