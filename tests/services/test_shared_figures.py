"""One figure declared once feeds every line that asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.workflow import SheetState
from emulation.models import History, ReturnedLine
from emulation.services.offers import use_same
from emulation.services.sheets import save_entry
from tests.bound import bind, data_of, entries_of, sheet_of
from tests.world import World


def save(db: Session, world: World, code: str, data: Any, **options: Any) -> None:
    sheet = sheet_of(db, world)
    version = next((entry.version for entry in sheet.entries if entry.code == code), 0)
    save_entry(
        db, world.actor("unit_officer"), sheet, code=code, data=data, version=version, now=datetime.now(UTC), **options
    )


def test_a_saved_figure_fills_the_lines_that_ask_for_the_same_with_a_line_of_history_each(
    db: Session, world: World
) -> None:
    bind(db, world)
    save(db, world, "I.1", {"part": "4", "whole": "98"})

    assert data_of(db, world) == {"I.1": {"part": "4", "whole": "98"}, "II.4": {"count": "4"}}
    lines = db.scalars(select(History).where(History.act == "fill").order_by(History.id)).all()
    assert [(line.place, (line.new or {}).get("same_as")) for line in lines] == [("I.1", None), ("II.4", "I.1")]


def test_a_changed_figure_goes_along_where_it_was_the_same_and_stays_where_it_was_another(
    db: Session, world: World
) -> None:
    bind(db, world)
    save(db, world, "III.1", {"before": "90", "now": "95"})
    assert data_of(db, world)["I.2"] == {"value": "95"}
    save(db, world, "I.2", {"value": "96"})
    assert data_of(db, world)["III.1"] == {"before": "90", "now": "96"}

    save(db, world, "II.4", {"count": "3"})
    save(db, world, "I.1", {"part": "4", "whole": "98"})
    assert data_of(db, world)["II.4"] == {"count": "3"}


def test_use_same_puts_the_figure_of_one_line_on_the_others(db: Session, world: World) -> None:
    bind(db, world)
    save(db, world, "II.4", {"count": "3"})
    save(db, world, "I.1", {"part": "4", "whole": "98"})
    assert use_same(db, world.actor("unit_officer"), sheet_of(db, world), code="I.1", now=datetime.now(UTC)) == ["II.4"]

    assert data_of(db, world)["II.4"] == {"count": "4"}


def test_after_a_return_only_returned_lines_take_a_figure(db: Session, world: World) -> None:
    bind(db, world)
    save(db, world, "I.1", {"part": "4", "whole": "98"})
    save(db, world, "I.2", {"value": "95"})
    save(db, world, "III.1", {"before": "90", "now": "95"})
    now, director, department = datetime.now(UTC), world.people["unit_director"].id, world.people["department"].id
    sheet = sheet_of(db, world)
    sheet.submitted_at, sheet.submission_sha256, sheet.signed_by_id = now, "0" * 64, director
    sheet.state = SheetState.RETURNED
    sheet.returned_lines += [
        ReturnedLine(
            code=code,
            reason="Sai",
            returned_by_id=department,
            returned_at=now - timedelta(minutes=1),
        )
        for code in ("I.1", "I.2", "III.1")
    ]
    db.commit()
    save(db, world, "I.1", {"part": "5", "whole": "98"})
    save(db, world, "I.2", {"value": "96"})

    assert data_of(db, world) == {
        "I.1": {"part": "5", "whole": "98"},
        "II.4": {"count": "4"},
        "I.2": {"value": "96"},
        "III.1": {"before": "90", "now": "96"},
    }


def test_a_line_without_figures_in_its_criterion_touches_no_other(db: Session, world: World) -> None:
    bind(db, world)
    save(db, world, "I.3", {"points": "8"})
    assert set(entries_of(db, world)) == {"I.3"}
