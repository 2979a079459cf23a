"""The criteria set for reading."""

from __future__ import annotations

from sqlalchemy.orm import Session

from emulation.config import ROOT
from emulation.domain import criteria as domain
from emulation.models import Period
from emulation.services.actor import Actor
from emulation.services.criteria import publish
from emulation.services.names import owner_name, tag_name
from tests.client import Client
from tests.world import NOW, World


def test_criteria_set_shows_every_criterion_and_its_rule(client: Client, world: World) -> None:
    page = client.sign_in("unit_officer").page("/periods/2021-2022/criteria")
    assert page.h1 == world.criteria.title
    assert [code for code in world.criteria.by_code if f"{code} " not in page.text and code not in page.text] == []
    for criterion in world.criteria.all_criteria:
        assert criterion.title in page.text
    assert world.criteria.sha256 in page.text
    assert "Minh họa" in page.text


def test_criteria_set_shows_the_tables_of_points(client: Client, world: World) -> None:
    page = client.sign_in("auditor").page("/periods/2021-2022/criteria")
    levels = world.criteria.by_code["II.1"].rule.levels
    assert [[level.label, f"{level.points:.2f}".replace(".", ",")] in page.rows for level in levels] == [True] * len(
        levels
    )


def test_criteria_sets_of_the_repository_read_well(client: Client, db: Session, world: World) -> None:
    client.sign_in("department")
    for path in sorted((ROOT / "criteria").glob("*.yaml")):
        criteria = domain.load(path.read_bytes())
        row = publish(db, Actor(None), criteria, now=NOW)
        code = f"2030-{criteria.version[:4]}"
        db.add(Period(code=code, title="Thử", criteria_set_id=row.id))
        db.flush()
        text = client.page(f"/periods/{code}/criteria").text
        assert criteria.sha256 in text
        used = {one.owner for one in criteria.all_criteria if one.owner}
        assert [owner for owner in used if owner_name(owner) == owner] == []
        tags = {tag for one in criteria.all_criteria for tag in one.applies_to}
        assert [tag for tag in tags if tag_name(tag) == tag] == []
    assert "220,00; ít nhất 210,00" in client.page("/periods/2030-2012/criteria").text


def test_criteria_of_an_unknown_period_are_missing(client: Client, world: World) -> None:
    assert client.sign_in("leader").get("/periods/1999-2000/criteria").status_code == 404
    assert client.another().get("/periods/1999-2000/criteria").status_code == 302
