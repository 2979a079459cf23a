"""Undoing and doing again in a draft: each person their own changes, never somebody else's."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation import models
from emulation.domain.drafts import Change, revert
from emulation.services.drafts import Desk, node_from


def undo(desk: Desk) -> models.DraftChange | None:
    """Take back the last change of this person that is not taken back yet; None where there is none.

    Raises:
        Stale: somebody changed the same node since.
    """
    return _take_back(desk, _candidates(desk)[0])


def redo(desk: Desk) -> models.DraftChange | None:
    """Take back the last undoing, unless this person has changed something else since; None where there is none.

    Raises:
        Stale: somebody changed the same node since.
    """
    return _take_back(desk, _candidates(desk)[1])


def can_undo(db: Session, row: models.Draft, person_id: int) -> tuple[bool, bool]:
    """Whether this person has something to take back, and something to do again."""
    found = _stack(own_changes(db, row, person_id))
    return found[0] is not None, found[1] is not None


def own_changes(db: Session, row: models.Draft, person_id: int) -> list[tuple[int, int | None]]:
    """(number, number it undoes) of each change of a person, oldest first."""
    found = db.execute(
        select(models.DraftChange.number, models.DraftChange.undoes)
        .where(models.DraftChange.draft_id == row.id, models.DraftChange.actor_id == person_id)
        .order_by(models.DraftChange.number)
    )
    return [(number, undoes) for number, undoes in found]


def _stack(changes: list[tuple[int, int | None]]) -> tuple[int | None, int | None]:
    """What undo and redo would take back: changes pile up, an undoing moves one over, a new change clears that pile."""
    done: list[int] = []  # changes, and redoings, that stand
    undone: list[int] = []  # undoings that stand
    for number, undoes in changes:
        if undoes is None:
            done.append(number)
            undone.clear()
        elif done and undoes == done[-1]:
            done.pop()
            undone.append(number)
        elif undone and undoes == undone[-1]:
            undone.pop()
            done.append(number)
    return (done[-1] if done else None, undone[-1] if undone else None)


def _candidates(desk: Desk) -> tuple[int | None, int | None]:
    return _stack(own_changes(desk.db, desk.row, desk.actor.user_id))


def _take_back(desk: Desk, number: int | None) -> models.DraftChange | None:
    if number is None:
        return None
    line = desk.db.scalar(
        select(models.DraftChange).where(
            models.DraftChange.draft_id == desk.row.id, models.DraftChange.number == number
        )
    )
    assert line is not None
    edit = tuple(Change(node_from(one["before"]), node_from(one["after"])) for one in line.nodes)
    back = revert(desk.draft, edit)
    node = next((change.node for change in back if change.node.key == line.node_key), back[0].node)
    return desk.store("undo", node, back, undoes=number)
