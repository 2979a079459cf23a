"""Migrations: empty to head gives the models, and back; frozen rows stay frozen; data survives a rebuild."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

import emulation.models
from emulation.config import ROOT
from emulation.db import Base, make_engine, make_sessions
from emulation.models import Conflict, CriteriaSet, Draft, DraftChange, History, Mark, Result, Role, Unit, User
from emulation.schema import current_revision, migrate
from tests.snapshots import Snapshots
from tests.world import NOW, World, build

VERSIONS = ROOT / "migrations" / "versions"
REVISIONS = [path.name[:4] for path in sorted(VERSIONS.glob("*.py"))]


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    """An engine on a database of this test alone, without any table."""
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def head(engine: Engine, snapshots: Snapshots) -> Engine:
    """The engine of this worker's database, which was migrated when it was empty."""
    return engine


def differences(engine: Engine) -> list[Any]:
    """What Alembic would still have to do so that the database equals the models."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))


def shape(engine: Engine) -> dict[str, Any]:
    """Tables, constraints, indexes and triggers, as the database tells them."""
    kind = engine.dialect.name
    triggers = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if kind == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    found = inspect(engine)
    asked = {
        "columns": found.get_multi_columns(),
        "checks": found.get_multi_check_constraints(),
        "uniques": found.get_multi_unique_constraints(),
        "foreign": found.get_multi_foreign_keys(),
        "indexes": found.get_multi_indexes(),
    }
    shapes: dict[str, Any] = {table: {} for table in found.get_table_names() if table != "alembic_version"}
    for part, tables in asked.items():
        for (_, table), ones in tables.items():
            if table in shapes:
                shapes[table][part] = sorted(
                    (one["name"], str(one["type"]), one["nullable"]) if part == "columns" else str(one["name"])
                    for one in ones
                )
    with engine.connect() as connection:
        return {"triggers": sorted(connection.scalars(text(triggers))), **shapes}


def test_migrations_are_numbered_without_gaps_and_named_by_what_they_do() -> None:
    names = [path.stem for path in sorted(VERSIONS.glob("*.py"))]
    assert [name[:4] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z]+(_[a-z0-9]+)+", name)] == []


def test_migrations_are_one_line() -> None:
    script = ScriptDirectory(str(ROOT / "migrations"))
    assert script.get_heads() == [REVISIONS[-1]]
    assert [step.revision for step in script.walk_revisions()] == REVISIONS[::-1]


def test_empty_to_head_is_the_models(empty: Engine) -> None:
    migrate(empty)
    assert current_revision(empty) == REVISIONS[-1]
    assert differences(empty) == []


def test_head_has_the_constraints_of_the_models(head: Engine) -> None:
    found = inspect(head)
    for table in Base.metadata.sorted_tables:
        named = {str(one.name) for one in table.constraints if one.name} | {str(one.name) for one in table.indexes}
        there = {
            str(one["name"])
            for many in (
                found.get_check_constraints(table.name),
                found.get_unique_constraints(table.name),
                found.get_foreign_keys(table.name),
                found.get_indexes(table.name),
                [found.get_pk_constraint(table.name)],
            )
            for one in many
        }
        assert named - there == set(), table.name


def test_head_back_to_empty_and_up_again(empty: Engine) -> None:
    migrate(empty)
    before = shape(empty)
    migrate(empty, "base")
    assert current_revision(empty) is None
    assert shape(empty) == {"triggers": []}
    migrate(empty)
    assert shape(empty) == before


def test_each_step_goes_both_ways(empty: Engine) -> None:
    migrate(empty, REVISIONS[0])
    before = shape(empty)
    for older, newer in pairwise(REVISIONS):
        migrate(empty, newer)
        after = shape(empty)
        assert current_revision(empty) == newer
        assert after != before, newer
        migrate(empty, older)
        assert current_revision(empty) == older
        assert shape(empty) == before, newer
        migrate(empty, newer)
        before = after


def test_migrating_again_changes_nothing(head: Engine) -> None:
    before = shape(head)
    migrate(head)
    assert shape(head) == before


def test_rows_survive_the_last_step_back_and_forth(empty: Engine) -> None:
    migrate(empty)
    with make_sessions(empty)() as db:
        build(db)
        people = sorted(db.scalars(select(User.email)))
    migrate(empty, REVISIONS[-2])
    migrate(empty)
    with make_sessions(empty)() as db:
        assert sorted(db.scalars(select(User.email))) == people


def test_foreign_keys_hold_on_the_connection_that_migrated(empty: Engine) -> None:
    migrate(empty)
    with make_sessions(empty)() as db:
        db.add(Conflict(user_id=1, unit_id=1, declared_at=NOW))
        with pytest.raises(IntegrityError):
            db.commit()


def test_units_take_cluster_and_features_of_their_newest_period(empty: Engine) -> None:
    def units() -> list[tuple[Any, ...]]:
        with make_sessions(empty)() as db:
            rows = db.scalars(select(Unit).order_by(Unit.code))
            return [(one.code, one.cluster, one.cluster_role, one.tags, one.is_illustrative) for one in rows]

    migrate(empty)
    with make_sessions(empty)() as db:
        build(db)
        db.add(Unit(code="00", name="Sở mới", short_name="Mới"))
        db.commit()
    before = units()
    assert before[:2] == [("00", None, None, [], False), ("34", "Cụm thi đua số 1", "leader", [], False)]
    migrate(empty, "0008")
    migrate(empty)
    assert units() == before


def test_every_model_is_loaded_by_the_package() -> None:
    exported = [getattr(emulation.models, name) for name in emulation.models.__all__]
    tables = {one.__tablename__ for one in exported if hasattr(one, "__tablename__")}
    assert tables == {table.name for table in Base.metadata.sorted_tables}


# ---- rows that never change ----


def frozen_rows(db: Session, world: World) -> dict[str, int]:
    """One row of each frozen table: table -> key."""
    assert world.council is not None
    chair = world.people["chair"]
    mark = Mark(
        sheet_id=world.sheets["34"].id,
        code="I.1",
        council_id=world.council.id,
        user_id=chair.id,
        not_applicable=True,
        made_at=NOW,
    )
    result = Result(period_id=world.period.id, snapshot="{}", sha256="0" * 64, sealed_by_id=chair.id, sealed_at=NOW)
    draft = Draft(next_key=1, made_by_id=chair.id, made_at=NOW)
    db.add_all([mark, result, draft])
    db.flush()
    change = DraftChange(
        draft_id=draft.id, number=1, at=NOW, actor_id=chair.id, actor_name="A", act="edit", node_key=0, nodes=[]
    )
    db.add(change)
    db.commit()
    return {
        "marks": mark.id,
        "results": result.id,
        "criteria_sets": db.scalars(select(CriteriaSet.id)).one(),
        "history": db.scalars(select(History.id)).one(),
        "draft_changes": change.id,
    }


CHANGES = {
    "marks": "UPDATE marks SET not_applicable = not_applicable WHERE id = :id",
    "results": "UPDATE results SET snapshot = '{\"total\": 1}' WHERE id = :id",
    "criteria_sets": "UPDATE criteria_sets SET title = 'khác' WHERE id = :id",
    "draft_changes": "UPDATE draft_changes SET actor_name = 'người khác' WHERE id = :id",
    "history": "UPDATE history SET actor_name = 'người khác' WHERE id = :id",
}


@pytest.mark.parametrize("table", sorted(CHANGES))
@pytest.mark.parametrize("verb", ["change", "delete"])
def test_frozen_row_refuses(db: Session, world: World, table: str, verb: str) -> None:
    key = frozen_rows(db, world)[table]
    statement = CHANGES[table] if verb == "change" else f"DELETE FROM {table} WHERE id = :id"  # noqa: S608  # names of ours
    with pytest.raises(DatabaseError, match=f"frozen: {table}"):
        db.execute(text(statement), {"id": key})
    db.rollback()
    assert db.scalar(text(f"SELECT count(*) FROM {table} WHERE id = :id"), {"id": key}) == 1  # noqa: S608  # names of ours


@pytest.mark.parametrize("table", sorted(CHANGES))
def test_frozen_row_refuses_the_ways_around_its_guard(db: Session, world: World, table: str) -> None:
    """Neither TRUNCATE nor INSERT OR REPLACE, which fire no trigger of single rows, get past."""
    key = frozen_rows(db, world)[table]
    kind = db.get_bind().dialect.name
    columns = ", ".join(column.name for column in Base.metadata.tables[table].columns)
    statement = (
        f"TRUNCATE {table} CASCADE"
        if kind == "postgresql"
        else f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE id = {key}"  # noqa: S608  # names of ours
    )
    with pytest.raises(DatabaseError, match="frozen: "):
        db.execute(text(statement))
    db.rollback()
    assert db.scalar(text(f"SELECT count(*) FROM {table} WHERE id = :id"), {"id": key}) == 1  # noqa: S608  # names of ours


def test_published_set_may_retire_and_come_back(db: Session, world: World) -> None:
    row = db.scalars(select(CriteriaSet)).one()
    for moment in (NOW, None):
        row.retired_at = moment
        db.commit()
        assert row.retired_at == moment


def test_criteria_set_can_change_until_it_is_published(db: Session, world: World) -> None:
    draft = CriteriaSet(family="thu", edition="nháp", title="Nháp", status="illustrative", body="{}", sha256="1" * 64)
    db.add(draft)
    db.commit()
    draft.title = "Nháp hai"
    db.commit()
    draft.published_at = NOW
    db.commit()
    draft.title = "Nháp ba"
    with pytest.raises(DatabaseError, match="frozen: criteria_sets"):
        db.commit()
    db.rollback()


# ---- impossible states ----


@pytest.mark.parametrize(
    ("changed", "constraint"),
    [
        ({"role": "boss"}, "ck_users_role"),
        ({"role": Role.UNIT_OFFICER}, "ck_users_unit"),
        ({"email": "Hoa@thu.example"}, "ck_users_email_lower"),
    ],
)
def test_users_refuse_impossible_states(db: Session, world: World, changed: dict[str, str], constraint: str) -> None:
    facts = {"email": "a@thu.example", "name": "A", "role": Role.LEADER, "activation_until": NOW + timedelta(days=1)}
    db.add(User(**facts | changed))
    with pytest.raises(DatabaseError, match=constraint):
        db.flush()
    db.rollback()
