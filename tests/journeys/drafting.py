"""What the journeys through the editor of criteria sets share: a draft, finding its nodes, typing into its form."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.domain.drafts import Node
from emulation.models import Draft, Role
from emulation.services import consultations
from emulation.services.drafts import create_draft, nodes_of
from tests.journeys.browsers import fresh
from tests.world import World, person

STATUS = "[data-autosave-status]"
SAVED = re.compile(r"Đã lưu \d\d:\d\d")
EDITION = "2022-2023"


def begin(db: Session, world: World) -> Draft:
    """A draft of the set of the small world, under the next edition."""
    draft = create_draft(
        db, world.actor("department"), based_on=world.period.criteria_set, edition=EDITION, now=datetime.now(UTC)
    )
    db.commit()
    return draft


def consult(db: Session, world: World) -> Draft:
    """A draft that the units read and comment on: one comment on I.1 is answered, another of another unit is not."""
    now, department = datetime.now(UTC), world.actor("department")
    draft = create_draft(db, department, based_on=world.period.criteria_set, edition="2023-2024", now=now)
    consultations.open_consultation(db, department, draft, until=now + timedelta(days=9), now=now)
    key = next(one.key for one in nodes_of(db, draft).criteria)
    first, _second = [
        consultations.comment(db, world.actor(name), draft, key=key, text=text, now=now)
        for name, text in (("unit_officer", "Đề nghị giảm còn 5 điểm."), ("other_officer", "Vùng khó chưa làm được."))
    ]
    text = "Giữ 10 điểm vì là nhiệm vụ trọng tâm."
    consultations.answer(db, department, first, outcome="answered", text=text, version=first.version, now=now)
    db.commit()
    return draft


def colleague(db: Session, world: World) -> str:
    """A second officer of the department; gives the name."""
    world.people["colleague"] = person("colleague", Role.DEPARTMENT)
    db.add(world.people["colleague"])
    db.commit()
    return "colleague"


def node(db: Session, draft_id: int, code: str) -> Node:
    """The one node with this code as it is stored now; "" is the head."""
    fresh(db)
    draft = db.scalars(select(Draft).where(Draft.id == draft_id)).one()
    (found,) = [one for one in nodes_of(db, draft).nodes.values() if one.code == code]
    return found


def title(db: Session, draft_id: int, code: str) -> str:
    """The title that is stored."""
    return node(db, draft_id, code).title


def codes_in(db: Session, draft_id: int, section: str) -> list[str]:
    """The codes of what a section holds, in order."""
    home = node(db, draft_id, section)
    draft = db.scalars(select(Draft).where(Draft.id == draft_id)).one()
    return [one.code for one in nodes_of(db, draft).children(home.root, home.key)]


def open_node(page: Page, db: Session, draft_id: int, code: str) -> None:
    """The editor with this node open."""
    page.goto(f"/drafts/{draft_id}?node={node(db, draft_id, code).key}")


def settled(page: Page) -> None:
    """Everything typed is saved, and the page says so."""
    expect(page.locator("form[data-autosave][data-unsaved]")).to_have_count(0)
    expect(page.locator(STATUS)).to_have_text(SAVED)


def write(page: Page, fields: dict[str, str | bool]) -> None:
    """Type into the form of the open node, by the names of its fields, and wait until it is saved.

    A field of a list takes the value that is chosen, a checkbox True.
    """
    for name, value in fields.items():
        field = page.locator(f"form[data-autosave] [name='{name}']")
        if isinstance(value, bool):
            field.set_checked(value)
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
            field.press("Tab")
    settled(page)


def add(page: Page, words: str) -> None:
    """Choose from the menu "Thêm"; the new node opens with its title ready to be typed."""
    page.locator(".add-menu summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).click()
    expect(page.locator("#title")).to_be_focused()


def row(page: Page, code: str) -> Locator:
    """The link of a node in the tree."""
    return page.locator("#draft-tree a").filter(has=page.locator(f".code:text-is('{code}')"))
