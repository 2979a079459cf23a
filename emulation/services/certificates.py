"""Certificates: their check codes, printing, revoking, and what anybody may find by a code. DESIGN 7."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.documents.certificate_template import Mode, Template, load_template
from emulation.documents.certificates import render_certificates
from emulation.documents.recipients import Recipient
from emulation.errors import Invalid, WrongState
from emulation.models import Award, Certificate, CertificateStatus, Decision
from emulation.services.actor import Actor
from emulation.services.history import record
from emulation.words import N_

# without 0 and O, 1, I and L, which people mistake for each other
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE = re.compile(f"[{ALPHABET}]{{8}}")
_DASHES = re.compile(r"[\s\u00a0\-\u2010-\u2015\u2212._]+")


def new_check_code(db: Session, taken: Collection[str] = (), choose: Callable[[str], str] = secrets.choice) -> str:
    """A random code "7K4M-92QD" that no certificate has yet; `choose` picks one letter of the alphabet."""
    while True:
        letters = "".join(choose(ALPHABET) for _ in range(8))
        code = f"{letters[:4]}-{letters[4:]}"
        if code not in taken and db.scalar(select(Certificate.id).where(Certificate.check_code == code)) is None:
            return code


def tidy_code(typed: str) -> str | None:
    """The code a person meant: lower case, spaces and missing or other dashes do not matter. None: not a code."""
    letters = _DASHES.sub("", typed).upper()
    return f"{letters[:4]}-{letters[4:]}" if _CODE.fullmatch(letters) else None


def find(db: Session, typed: str) -> Certificate | None:
    """The certificate of a typed code."""
    code = tidy_code(typed)
    return None if code is None else db.scalar(select(Certificate).where(Certificate.check_code == code))


def check_url(public_url: str, certificate: Certificate) -> str:
    """Where anybody can check a certificate: what its QR code opens."""
    return f"{public_url.rstrip('/')}/check/{certificate.check_code}"


@lru_cache(maxsize=16)
def _template(name: str) -> Template:
    return load_template(name)


def template_of(award: Award) -> Template:
    """The layout of an award's certificates; read once per process, since templates are shipped."""
    return _template(award.template)


def is_example(decision: Decision) -> bool:
    """Whether what the decision rests on is illustrative: the set, or the figures of the round."""
    period = decision.award.period
    return period.is_illustrative or period.criteria_set.status == "illustrative"


def recipients(decision: Decision, certificates: Sequence[Certificate], public_url: str) -> list[Recipient]:
    """The words of each certificate; what the clerk has not typed yet stays blank."""
    return [
        Recipient(
            name=certificate.recipient,
            merit=decision.award.merit,
            code=certificate.check_code,
            check_url=check_url(public_url, certificate),
            decision_number=decision.number,
            decision_date=decision.issued_on,
            register_number=certificate.register_number,
            signed_on=decision.issued_on,
            signer_title=decision.signer_title,
            signer_name=decision.signer,
        )
        for certificate in certificates
    ]


def print_certificates(
    db: Session,
    actor: Actor,
    decision: Decision,
    certificates: Sequence[Certificate],
    *,
    write: str | Path | BinaryIO,
    public_url: str,
    mode: Mode = "electronic",
    now: datetime,
) -> int:
    """Write the PDF of these certificates in the order of the appendix, count the print and record it. Their number.

    Raises:
        WrongState: one of them was revoked.
        Invalid: none given, or a text that the template cannot hold.
    """
    ordered = sorted(certificates, key=lambda one: one.position)
    revoked = [one.check_code for one in ordered if one.status == CertificateStatus.REVOKED]
    if revoked:
        raise WrongState(N_("Bằng %(code)s đã bị thu hồi nên không in được."), code=revoked[0])
    if not ordered:
        raise Invalid(N_("Không có bằng nào để in."))
    render_certificates(
        template_of(decision.award),
        recipients(decision, ordered, public_url),
        write=write,
        mode=mode,
        illustrative=is_example(decision),
    )
    for certificate in ordered:
        certificate.print_count += 1
    record(
        db,
        actor,
        "print",
        decision,
        now=now,
        period_id=decision.award.period_id,
        unit_id=ordered[0].unit_id if len(ordered) == 1 else None,
        new={"codes": [one.check_code for one in ordered], "mode": mode},
    )
    db.flush()
    return len(ordered)


def revoke(db: Session, actor: Actor, certificate: Certificate, *, reason: str, now: datetime) -> Certificate:
    """Revoke a certificate for good; its check page shows the reason.

    Raises:
        WrongState: it was revoked already.
        Invalid: no reason.
    """
    if certificate.status == CertificateStatus.REVOKED:
        raise WrongState(N_("Bằng này đã bị thu hồi."))
    words = " ".join(reason.split())
    if not words:
        raise Invalid(N_("Ghi lý do thu hồi; lý do hiện trên trang tra cứu."), "reason")
    certificate.status = CertificateStatus.REVOKED
    certificate.revoked_at = now
    certificate.revoke_reason = words
    record(
        db,
        actor,
        "revoke",
        certificate,
        now=now,
        period_id=certificate.decision.award.period_id,
        unit_id=certificate.unit_id,
        old={"status": CertificateStatus.VALID.value},
        new={"status": CertificateStatus.REVOKED.value, "reason": words},
    )
    db.flush()
    return certificate
