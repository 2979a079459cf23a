"""Certificates: codes that nobody misreads, printing that is counted, revoking for good."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import cycle

import pikepdf
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.errors import Invalid, WrongState
from emulation.models import History
from emulation.services import certificates
from tests.finished import WHEN, granted
from tests.world import World

URL = "https://thidua.example/"


def test_alphabet_has_no_letters_that_look_alike() -> None:
    assert not set("01ILO") & set(certificates.ALPHABET)
    assert len(set(certificates.ALPHABET)) == len(certificates.ALPHABET) == 31


def test_new_code_is_two_groups_of_four(db: Session, world: World) -> None:
    letters: Iterator[str] = cycle("7K4M92QD")

    assert certificates.new_check_code(db, (), lambda _: next(letters)) == "7K4M-92QD"


def test_new_code_is_none_that_exists(db: Session, world: World) -> None:
    taken = granted(db, world).certificates[0].check_code
    wanted = iter([*taken.replace("-", ""), *"AAAABBBB", *"CCCCDDDD"])

    assert certificates.new_check_code(db, ["AAAA-BBBB"], lambda _: next(wanted)) == "CCCC-DDDD"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("7K4M-92QD", "7K4M-92QD"),
        ("7k4m92qd", "7K4M-92QD"),
        (" 7k4m 92qd ", "7K4M-92QD"),
        ("7K4M – 92QD", "7K4M-92QD"),
        ("7K4M_92QD.", "7K4M-92QD"),
        ("7K4M-92Q", None),
        ("7K4M-92QDX", None),
        ("7K4M-92Q0", None),  # no zero in a code
        ("", None),
        ("' OR 1=1", None),
        ("7K4M-92QĐ", None),
    ],
)
def test_typed_code_is_read_as_people_write_it(typed: str, code: str | None) -> None:
    assert certificates.tidy_code(typed) == code


def test_find_reads_the_code_as_people_write_it(db: Session, world: World) -> None:
    certificate = granted(db, world).certificates[0]

    assert certificates.find(db, certificate.check_code.lower().replace("-", " ")) is certificate
    assert certificates.find(db, "AAAA-AAAA") is None


def test_recipients_carry_what_the_decision_says(db: Session, world: World) -> None:
    decision = granted(db, world)

    first = certificates.recipients(decision, decision.certificates, URL)[0]

    assert (first.name, first.merit) == (
        "Sở Giáo dục và Đào tạo tỉnh Thái Bình",
        "Được tặng Cờ thi đua năm học 2021-2022",
    )
    assert first.check_url == f"https://thidua.example/check/{first.code}"
    assert (first.decision_number, first.decision_date, first.signer_title) == (
        "12/QĐ-BGDĐT",
        decision.issued_on,
        "BỘ TRƯỞNG",
    )


def test_print_writes_a_page_for_each_and_counts_and_records_it(db: Session, world: World) -> None:
    decision = granted(db, world)
    stream = io.BytesIO()

    count = certificates.print_certificates(
        db, world.actor("department"), decision, decision.certificates, write=stream, public_url=URL, now=WHEN
    )
    db.commit()

    assert count == 2
    with pikepdf.open(io.BytesIO(stream.getvalue())) as pdf:
        assert len(pdf.pages) == 2
    assert [one.print_count for one in decision.certificates] == [1, 1]
    line = db.scalars(select(History).where(History.act == "print")).one()
    assert line.new == {"codes": [one.check_code for one in decision.certificates], "mode": "electronic"}


def test_print_of_a_revoked_certificate_is_refused(db: Session, world: World) -> None:
    decision = granted(db, world)
    certificates.revoke(db, world.actor("department"), decision.certificates[1], reason="Sai.", now=WHEN)

    with pytest.raises(WrongState):
        certificates.print_certificates(
            db,
            world.actor("department"),
            decision,
            decision.certificates,
            write=io.BytesIO(),
            public_url=URL,
            now=WHEN,
        )

    assert [one.print_count for one in decision.certificates] == [0, 0]


def test_revoke_needs_a_reason(db: Session, world: World) -> None:
    certificate = granted(db, world).certificates[0]

    with pytest.raises(Invalid) as refused:
        certificates.revoke(db, world.actor("department"), certificate, reason=" \n", now=WHEN)

    assert refused.value.field == "reason"
    assert certificate.status == "valid"


def test_revoke_is_for_good_and_recorded(db: Session, world: World) -> None:
    certificate = granted(db, world).certificates[0]
    actor = world.actor("department")

    certificates.revoke(db, actor, certificate, reason=" Kê khai  sai sự thật. ", now=WHEN)
    db.commit()

    assert (certificate.status, certificate.revoked_at, certificate.revoke_reason) == (
        "revoked",
        WHEN,
        "Kê khai sai sự thật.",
    )
    with pytest.raises(WrongState):
        certificates.revoke(db, actor, certificate, reason="Lần nữa.", now=WHEN)
    line = db.scalars(select(History).where(History.act == "revoke")).one()
    assert (line.unit_id, line.new) == (
        world.units["34"].id,
        {"status": "revoked", "reason": "Kê khai sai sự thật."},
    )
