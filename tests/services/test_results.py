"""The provisional ranking, publishing with its seal, and that nothing later moves a published number."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from emulation.domain import snapshot
from emulation.domain.workflow import Phase, SheetState
from emulation.errors import WrongState
from emulation.models import Entry, Explanation, History, Period, Result, Unit, Verdict, VerdictRound
from emulation.services import results, seals
from emulation.services.round_facts import facts_of_period
from tests.finished import TOTALS, WHEN, exclude, finish, finish_sheet, publish
from tests.world import World


def ranks(found: list[results.domain.Outcome]) -> list[tuple[str, int | None, int | None, str | None]]:
    return [
        (one.unit, one.rank_overall, one.rank_in_cluster, None if one.total is None else f"{one.total:.2f}")
        for one in found
    ]


# provisional


def test_provisional_ranking_ranks_settled_sheets_and_lists_the_others(db: Session, world: World) -> None:
    finish_sheet(db, world, "34", "8.5")
    finish_sheet(db, world, "96", "7.25")

    assert ranks(results.standings(db, world.period)) == [
        ("34", 1, 1, TOTALS["34"]),
        ("96", 2, 1, TOTALS["96"]),
        ("35", None, None, None),
        ("95", None, None, None),
    ]


def test_provisional_ranking_leaves_out_a_sheet_that_is_only_partly_settled(db: Session, world: World) -> None:
    """Its other lines would count as 0: a rank that nobody deserves."""
    sheet = finish_sheet(db, world, "34", "8.5")
    sheet.state = SheetState.RECEIVED
    db.commit()

    assert ranks(results.standings(db, world.period))[0] == ("34", None, None, None)


def test_settled_sheet_without_points_counts_0_and_says_so_in_the_preview_as_in_the_seal(
    db: Session, world: World
) -> None:
    finish(db, world)
    db.execute(delete(Verdict).where(Verdict.sheet_id == world.sheets["35"].id))
    db.commit()

    preview = results.publish_preview(db, world.period)
    results.publish(db, world.actor("department"), world.period, now=WHEN)
    sealed = results.published(db, world.period)

    assert preview.unscored["Hà Nam"] == ("I.1", "I.2", "I.3", "II.1", "II.2", "II.3", "II.4", "II.5", "III.1")
    assert sealed is not None
    assert ranks(list(preview.ranking.units)) == ranks(list(sealed.ranking.units))
    assert ranks(list(sealed.ranking.units))[-1] == ("35", 4, 2, "0.00")


def test_provisional_ranking_takes_the_verdict_after_the_explanation(db: Session, world: World) -> None:
    sheet = finish_sheet(db, world, "34", "6.5")
    before = results.provisional(db, world.period).by_unit["34"].total
    db.add(
        Verdict(
            sheet_id=sheet.id,
            code="I.3",
            round=VerdictRound.EXPLANATION,
            council_id=db.scalars(select(Verdict.council_id)).first(),
            points=Decimal("8.5"),
            decided_by_id=world.people["chair"].id,
            decided_at=WHEN,
        )
    )
    db.commit()

    found = results.provisional(db, world.period).by_unit["34"]

    assert (str(before), str(found.total)) == ("78.23", TOTALS["34"])


def test_provisional_ranking_lists_an_excluded_unit_last_with_its_ground(db: Session, world: World) -> None:
    finish(db, world)
    exclude(db, world, "95")

    last = results.standings(db, world.period)[-1]

    assert (last.unit, last.rank_overall, str(last.total)) == ("95", None, TOTALS["95"])
    assert last.exclusions[0].title == "Có vi phạm nghiêm trọng bị xử lý kỷ luật từ cảnh cáo trở lên"


def test_provisional_ranking_counts_declared_points_where_asked(db: Session, world: World) -> None:
    finish(db, world)

    without = results.provisional(db, world.period)
    found = results.provisional(db, world.period, with_declared=True)

    assert without.by_unit["35"].declared is None
    declared = found.by_unit["35"].declared
    assert declared is not None
    assert str(declared.total) == TOTALS["34"]  # as 34: the same entries, the ministry's II.5 as decided


def test_provisional_and_published_rankings_agree(db: Session, world: World) -> None:
    finish(db, world)
    exclude(db, world, "96")
    before = results.provisional(db, world.period, with_declared=True)
    results.publish(db, world.actor("department"), world.period, now=WHEN)

    sealed = results.published(db, world.period)

    assert sealed is not None
    assert sealed.ranking.units == before.units


# publishing


def test_publish_seals_the_ranking_and_moves_the_round(db: Session, world: World) -> None:
    row = publish(db, world)

    assert world.period.phase == Phase.PUBLISHED
    assert (row.sealed_by_id, row.sealed_at) == (world.people["department"].id, WHEN)
    assert row.sha256 == snapshot.sha256(row.snapshot)
    sealed = results.published(db, world.period)
    assert sealed is not None
    assert ranks(list(sealed.ranking.units)) == [
        ("95", 1, 1, TOTALS["95"]),
        ("34", 2, 1, TOTALS["34"]),
        ("96", 3, 2, TOTALS["96"]),
        ("35", 4, 2, TOTALS["35"]),
    ]
    line = db.scalars(select(History).where(History.act == "publish")).one()
    assert line.old == {"phase": "council"}
    assert line.new == {"phase": "published", "sha256": row.sha256}


def test_publish_is_refused_while_sheets_are_not_final_and_names_them(db: Session, world: World) -> None:
    finish(db, world)
    for code, state in (("34", SheetState.REVIEWED), ("95", SheetState.EXPLAINING)):
        world.sheets[code].state = state
    db.commit()

    with pytest.raises(WrongState) as refused:
        results.publish(db, world.actor("department"), world.period, now=WHEN)

    assert str(refused.value) == "Chưa công bố được: 2 phiếu chưa chốt (Thái Bình, Bạc Liêu)."
    assert db.scalar(select(Result)) is None
    assert world.period.phase == Phase.COUNCIL


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase != Phase.COUNCIL])
def test_publish_is_refused_in_every_other_phase(db: Session, world: World, phase: Phase) -> None:
    finish(db, world)
    world.period.phase = phase
    db.commit()

    with pytest.raises(WrongState):
        results.publish(db, world.actor("department"), world.period, now=WHEN)

    assert db.scalar(select(Result)) is None


def test_publish_happens_once(db: Session, world: World) -> None:
    publish(db, world)

    with pytest.raises(WrongState):
        results.publish(db, world.actor("department"), world.period, now=WHEN)

    assert len(db.scalars(select(Result)).all()) == 1


def test_publish_preview_says_what_will_happen_and_stores_nothing(db: Session, world: World) -> None:
    finish(db, world, {"34": "6", "35": "6"})
    exclude(db, world, "95")
    world.sheets["96"].state = SheetState.REVIEWED
    db.commit()

    preview = results.publish_preview(db, world.period)

    assert [(sheet.name, sheet.state, sheet.cluster) for sheet in preview.not_final] == [("Cà Mau", "reviewed", 2)]
    assert [[one.unit for one in group] for group in preview.tied] == [["34", "35"]]
    assert [one.unit for one in preview.excluded] == ["95"]
    assert str(preview.refusal) == "Chưa công bố được: 1 phiếu chưa chốt (Cà Mau)."
    assert not db.dirty
    assert not db.new


def test_publish_preview_names_lines_without_official_points(db: Session, world: World) -> None:
    finish(db, world)
    db.execute(delete(Verdict).where(Verdict.sheet_id == world.sheets["34"].id, Verdict.code == "II.4"))
    db.commit()

    preview = results.publish_preview(db, world.period)

    assert preview.unscored == {"Thái Bình": ("II.4",)}
    assert preview.refusal is None


# the seal


def test_seal_is_reproducible_to_the_byte(db: Session, world: World) -> None:
    row = publish(db, world)
    db.expire_all()

    assert snapshot.seal(facts_of_period(db, world.period)) == row.snapshot
    assert snapshot.seal(snapshot.facts_of(row.snapshot)) == row.snapshot


def test_seal_is_the_same_whenever_it_is_made(db: Session, world: World) -> None:
    finish(db, world)
    first = snapshot.seal(facts_of_period(db, world.period))
    row = results.publish(db, world.actor("department"), world.period, now=WHEN + timedelta(days=400))

    assert row.snapshot == first


def test_a_published_ranking_does_not_change_with_the_database(db: Session, world: World) -> None:
    row = publish(db, world)
    sealed = results.published(db, world.period)
    assert sealed is not None
    before = sealed.ranking.units
    results._opened.clear()  # as a new process would read it
    db.execute(update(Entry).where(Entry.code == "I.1").values(data={"part": "1", "whole": "98"}))
    db.execute(update(Verdict).where(Verdict.code == "I.3").values(points=Decimal("0.25")))
    db.execute(update(Unit).values(short_name="Tên mới"))
    db.commit()
    db.expire_all()

    again = results.published(db, world.period)

    assert again is not None
    assert again.ranking.units == before
    assert db.scalars(select(Result.sha256)).one() == row.sha256


@pytest.mark.parametrize(
    "change", ["UPDATE results SET sha256 = 'x'", "UPDATE results SET snapshot = '{}'", "DELETE FROM results"]
)
def test_a_published_result_cannot_be_changed_in_the_database(db: Session, world: World, change: str) -> None:
    publish(db, world)

    with pytest.raises(DatabaseError, match="frozen: results"):
        db.connection().exec_driver_sql(change)


def test_recheck_before_publication_is_nothing(db: Session, world: World) -> None:
    assert seals.recheck(db, world.period) is None


def test_recheck_of_an_untouched_round_finds_the_same_bytes(db: Session, world: World) -> None:
    publish(db, world)
    db.expire_all()

    check = seals.recheck(db, world.period)

    assert check is not None
    assert (check.seal_holds, check.arithmetic_holds, check.database_holds) == (True, True, True)
    assert check.changed_units == ()
    assert str(check.sentence) == (
        "Tính lại từ bản lưu và từ cơ sở dữ liệu đều cho đúng từng byte của kết quả đã công bố."
    )


def test_recheck_says_which_units_differ_in_the_database_of_today(db: Session, world: World) -> None:
    publish(db, world)
    db.execute(
        update(Entry).where(Entry.sheet_id == world.sheets["34"].id, Entry.code == "I.3").values(data={"points": "1"})
    )
    db.commit()
    db.expire_all()

    check = seals.recheck(db, world.period)

    assert check is not None
    assert (check.seal_holds, check.arithmetic_holds, check.database_holds) == (True, True, False)
    assert check.changed_units == ("Thái Bình",)
    assert str(check.sentence).endswith("Cơ sở dữ liệu hiện nay khác bản lưu; kết quả đã công bố không đổi.")


def test_recheck_notices_a_change_that_belongs_to_no_unit(db: Session, world: World) -> None:
    publish(db, world)
    db.execute(update(Period).values(title="Năm học khác"))
    db.commit()
    db.expire_all()

    check = seals.recheck(db, world.period)

    assert check is not None
    assert (check.database_holds, check.changed_units, check.changed_elsewhere) == (False, (), True)


def test_explanations_are_sealed_with_their_outcome(db: Session, world: World) -> None:
    finish(db, world)
    db.add(
        Explanation(
            sheet_id=world.sheets["35"].id,
            code="I.3",
            text="Đề nghị xem lại.",
            made_by_id=world.people["unit_officer"].id,
            made_at=WHEN,
            outcome="keep",
            answer="Văn bản ban hành sau kỳ đánh giá.",
            answered_by_id=world.people["chair"].id,
            answered_at=WHEN,
        )
    )
    db.commit()
    results.publish(db, world.actor("department"), world.period, now=WHEN)

    sealed = results.published(db, world.period)

    assert sealed is not None
    appeal = sealed.lines("35")["I.3"].facts.appeal
    assert appeal is not None
    assert (appeal.text, appeal.outcome, appeal.answer) == (
        "Đề nghị xem lại.",
        "keep",
        "Văn bản ban hành sau kỳ đánh giá.",
    )


# reading


def test_unit_outcome_is_what_the_unit_sees_next_year(db: Session, world: World) -> None:
    row = publish(db, world)

    found = results.unit_outcome(db, world.period, world.units["35"].id)

    assert found == {
        "period": "2021-2022",
        "title": "Năm học 2021-2022",
        "sheet_id": world.sheets["35"].id,
        "total": Decimal(TOTALS["35"]),
        "declared_total": Decimal(TOTALS["34"]),
        "grade": "Hoàn thành",
        "rank_in_cluster": 2,
        "cluster_size": 2,
        "rank_overall": 4,
        "size": 4,
        "cluster": 1,
        "is_tied": False,
        "excluded": None,
        "sha256": row.sha256,
        "is_illustrative": True,
    }


def test_unit_outcome_before_publication_is_none(db: Session, world: World) -> None:
    finish(db, world)

    assert results.unit_outcome(db, world.period, world.units["35"].id) is None


def test_previous_ranking_is_the_newest_one_before(db: Session, world: World) -> None:
    publish(db, world)
    later = Period(code="2022-2023", title="Năm học 2022-2023", criteria_set_id=world.period.criteria_set_id)
    db.add(later)
    db.commit()

    found = results.previous(db, later)

    assert found is not None
    assert found.code == "2021-2022"
    assert results.previous(db, world.period) is None


def test_open_ranking_is_recorded_with_the_old_and_the_new_value(db: Session, world: World) -> None:
    publish(db, world)

    results.open_ranking(db, world.actor("department"), world.period, is_public=True, now=WHEN)
    results.open_ranking(db, world.actor("department"), world.period, is_public=True, now=WHEN)
    db.commit()

    lines = db.scalars(select(History).where(History.act == "open_ranking")).all()
    assert [(line.old, line.new) for line in lines] == [({"ranking_is_public": False}, {"ranking_is_public": True})]


def test_open_ranking_before_publication_is_refused(db: Session, world: World) -> None:
    finish(db, world)

    with pytest.raises(WrongState):
        results.open_ranking(db, world.actor("department"), world.period, is_public=True, now=WHEN)
