"""What the round before says of a unit, line by line and as a whole."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain import criteria as domain
from emulation.models import Citation, Entry, Evidence, Period, Sheet
from emulation.services.criteria import publish as publish_set
from emulation.services.last_year import LastYear, last_evidence, last_result, last_year_of, published_before
from tests.finished import TOTALS, WHEN, next_year, publish
from tests.world import NINE_KINDS, World


def sheet_of(db: Session, period: Period, world: World) -> Sheet:
    return db.scalars(select(Sheet).where(Sheet.period_id == period.id, Sheet.unit_id == world.units["34"].id)).one()


def test_last_year_gives_figures_and_official_points_of_the_same_criteria(db: Session, world: World) -> None:
    publish(db, world)
    found = last_year_of(db, sheet_of(db, next_year(db, world), world))

    assert found["I.1"] == LastYear({"part": "95", "whole": "98"}, Decimal("9.69"))
    assert found["II.5"] == LastYear(None, Decimal(4))
    assert set(found) == set(world.criteria.by_code)


def test_last_year_leaves_out_what_is_scored_in_another_way_now(db: Session, world: World) -> None:
    publish(db, world)
    period = next_year(db, world)
    text = NINE_KINDS.read_text("utf-8").replace('version: "2021-2022"', 'version: "2022-2023"')
    changed = domain.load(text.replace("target: 100, floor: 0", "target: 99, floor: 0"))
    period.criteria_set_id = publish_set(db, world.actor("department"), changed, now=WHEN).id
    db.commit()
    db.expire_all()

    assert set(world.criteria.by_code) - set(last_year_of(db, sheet_of(db, period, world))) == {"I.1"}


def test_last_year_is_empty_before_the_first_published_round(db: Session, world: World) -> None:
    assert published_before(db, world.period) is None
    assert last_year_of(db, world.sheets["34"]) == {}
    assert last_result(db, world.period, world.units["34"].id) is None


def test_last_result_is_the_outcome_of_the_published_round(db: Session, world: World) -> None:
    publish(db, world)
    found = last_result(db, next_year(db, world), world.units["34"].id)

    assert found is not None
    assert (found["period"], str(found["total"]), found["rank_in_cluster"]) == ("2021-2022", TOTALS["34"], 1)


def test_last_evidence_is_what_was_cited_a_year_ago(db: Session, world: World) -> None:
    publish(db, world)
    old = db.scalars(select(Entry).where(Entry.sheet_id == world.sheets["34"].id, Entry.code == "II.2")).one()
    for title, number in (("Báo cáo tổng kết", "12/BC-SGDĐT"), ("Quyết định 9/QĐ", "9/QĐ"), ("Ảnh chụp", "")):
        file = Evidence(
            sheet_id=old.sheet_id,
            title=title,
            document_number=number,
            file_name="a.pdf",
            media_type="application/pdf",
            size=1,
            sha256=sha256(title.encode()).hexdigest(),
            uploaded_by_id=old.updated_by_id,
            uploaded_at=WHEN,
            issuer="",
        )
        db.add(file)
        db.flush()
        db.add(Citation(entry_id=old.id, evidence_id=file.id))
    db.commit()
    found = last_year_of(db, sheet_of(db, next_year(db, world), world))

    assert last_evidence(db, found["II.2"])[-3:] == ["Báo cáo tổng kết (12/BC-SGDĐT)", "Quyết định 9/QĐ", "Ảnh chụp"]
    assert last_evidence(db, found["II.5"]) == []
