"""The life of a draft: consultation of the units with comments and answers, publication, dropping. DESIGN 3."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation import models
from emulation.domain.drafts import HEAD, Node
from emulation.domain.outline import Fault, read
from emulation.errors import Invalid, Missing, Stale, WrongState
from emulation.models import Comment, CommentOutcome, DraftState
from emulation.services.actor import Actor
from emulation.services.criteria import publish
from emulation.services.drafts import nodes_of
from emulation.services.history import record
from emulation.words import N_, tidy

LONGEST_COMMENT = 4000


class Unpublishable(Invalid):
    """A draft that does not add up: everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(N_("Chưa công bố được: còn %(n)s chỗ phải sửa."), n=len(faults))
        self.faults = tuple(faults)


def _in_state(row: models.Draft, *states: DraftState) -> None:
    if row.state not in states:
        raise WrongState(N_("Bản dự thảo đã sang trạng thái khác: có thể người khác vừa làm. Tải lại trang để xem."))


def open_consultation(db: Session, actor: Actor, row: models.Draft, *, until: datetime | None, now: datetime) -> None:
    """Let the units read the draft and comment on it until then; meanwhile nobody edits it.

    Raises:
        WrongState: it is not being written.
        Invalid: no end, an end in the past, or a draft that cannot be read as a set.
    """
    _in_state(row, DraftState.WRITING)
    if until is None or until <= now:
        raise Invalid(N_("Chọn hạn góp ý sau thời điểm hiện tại."), "until")
    faults = read(nodes_of(db, row)).faults
    if faults:
        raise Unpublishable(faults)
    row.state, row.consultation_until = DraftState.CONSULTATION, until
    record(db, actor, "open_consultation", row, now=now, new={"closes_at": until})


def close_consultation(db: Session, actor: Actor, row: models.Draft, *, now: datetime) -> None:
    """End the consultation; the draft can be edited again and keeps its comments.

    Raises:
        WrongState: it is not in consultation.
    """
    _in_state(row, DraftState.CONSULTATION)
    row.state = DraftState.WRITING
    record(db, actor, "close_consultation", row, now=now)


def drop_draft(db: Session, actor: Actor, row: models.Draft, *, now: datetime) -> None:
    """Put a draft away that will not be published; it can be taken up again.

    Raises:
        WrongState: it is not being written.
    """
    _in_state(row, DraftState.WRITING)
    row.state = DraftState.DROPPED
    record(db, actor, "drop_draft", row, now=now)


def take_up_draft(db: Session, actor: Actor, row: models.Draft, *, now: datetime) -> None:
    """Go on with a draft that was put away.

    Raises:
        WrongState: it was not.
    """
    _in_state(row, DraftState.DROPPED)
    row.state = DraftState.WRITING
    record(db, actor, "take_up_draft", row, now=now)


def publish_draft(db: Session, actor: Actor, row: models.Draft, *, number: int, now: datetime) -> models.CriteriaSet:
    """Freeze the draft as a version that periods can be bound to. `number` is the change that the person has seen.

    Raises:
        Unpublishable: it does not add up, with the whole list.
        Stale: somebody has edited it since.
        WrongState: it is published or dropped, or the version exists with another content.
    """
    _in_state(row, DraftState.WRITING, DraftState.CONSULTATION)
    if row.change_number != number:
        raise Stale(N_("Bản dự thảo vừa có thay đổi khác. Xem lại rồi công bố."))
    reading = read(nodes_of(db, row))
    if reading.criteria is None or reading.faults:
        raise Unpublishable(reading.faults)
    found = publish(db, actor, reading.criteria, now=now)
    if db.scalar(select(models.Draft.id).where(models.Draft.published_set_id == found.id)):
        raise WrongState(N_("Phiên bản này đã được công bố từ một bản dự thảo khác."))
    row.state, row.published_set_id = DraftState.PUBLISHED, found.id
    return found


# ---- comments ----


def load_comment(db: Session, *, comment_id: int, **_more: Any) -> Comment | None:
    """The comment with this key."""
    return db.get(Comment, comment_id)


def comments_on(db: Session, row: models.Draft, *, of: models.User | None = None) -> list[Comment]:
    """The comments on a draft, oldest first; `of`: only those of this person's unit, or of the person who has none."""
    wanted = select(Comment).where(Comment.draft_id == row.id).order_by(Comment.made_at, Comment.id)
    found = db.scalars(wanted).all()
    if of is None:
        return list(found)
    return [one for one in found if one.user_id == of.id or (of.unit_id is not None and one.user.unit_id == of.unit_id)]


def comment(db: Session, actor: Actor, row: models.Draft, *, key: int, text: str, now: datetime) -> Comment:
    """Comment on a node, or with the head's key on the whole.

    Raises:
        WrongState: the draft is not in consultation, or its time is over.
        Invalid: nothing said, or too much.
        Missing: there is no such node.
    """
    _in_state(row, DraftState.CONSULTATION)
    if row.consultation_until is None or now > row.consultation_until:
        raise WrongState(N_("Đã hết hạn góp ý cho bản dự thảo này."))
    said = tidy(text)
    if not said:
        raise Invalid(N_("Viết ý kiến góp ý."), "text")
    if len(said) > LONGEST_COMMENT:
        raise Invalid(N_("Ý kiến dài quá %(n)s ký tự."), "text", n=LONGEST_COMMENT)
    node: Node | None = nodes_of(db, row).nodes.get(key)
    if node is None:
        raise Missing(N_("Mục này không còn trong bản dự thảo: có thể người khác vừa bỏ."))
    made = Comment(
        draft_id=row.id,
        node_key=key,
        code="" if key == HEAD else node.code[:80],
        user_id=actor.user_id,
        text=said,
        made_at=now,
    )
    db.add(made)
    unit_id = actor.user.unit_id if actor.user else None
    record(db, actor, "comment", made, now=now, unit_id=unit_id, place=made.code, new={"text": said})
    return made


def answer(db: Session, actor: Actor, one: Comment, *, outcome: str, text: str, version: int, now: datetime) -> Comment:
    """Say what becomes of a comment: adopted, or an answer why not. An answer may be changed later.

    Raises:
        Invalid: no such outcome, or a comment that is not adopted without an answer.
        Stale: somebody else has answered meanwhile.
    """
    if outcome not in set(CommentOutcome):
        raise Invalid(N_("Chọn tiếp thu hoặc giải trình."), "outcome")
    said = tidy(text)
    if outcome == CommentOutcome.ANSWERED and not said:
        raise Invalid(N_("Viết lý do không tiếp thu; đơn vị góp ý sẽ đọc."), "answer")
    if len(said) > LONGEST_COMMENT:
        raise Invalid(N_("Ý kiến dài quá %(n)s ký tự."), "answer", n=LONGEST_COMMENT)
    if one.version != version:
        raise Stale(N_("Người khác vừa trả lời ý kiến này. Tải lại trang để xem."))
    old = {"outcome": one.outcome, "answer": one.answer} if one.outcome else None
    one.outcome, one.answer = outcome, said
    one.answered_by_id, one.answered_at = actor.user_id, now
    unit_id = one.user.unit_id
    record(
        db,
        actor,
        "answer_comment",
        one,
        now=now,
        unit_id=unit_id,
        place=one.code,
        old=old,
        new={"outcome": outcome, "answer": said},
    )
    return one
