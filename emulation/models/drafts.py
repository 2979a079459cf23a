"""Drafts of criteria sets: their nodes, every change ever made to them, and the comments of a consultation."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from emulation.db import Base, one_of
from emulation.domain.drafts import Kind, Root
from emulation.models.criteria import CriteriaSet
from emulation.models.people import User
from emulation.words import N_


class DraftState(StrEnum):
    """Where a draft is. Only one being written can be edited."""

    WRITING = "writing"
    CONSULTATION = "consultation"
    PUBLISHED = "published"
    DROPPED = "dropped"


DRAFT_STATE_NAMES = {
    DraftState.WRITING: N_("Đang soạn"),
    DraftState.CONSULTATION: N_("Đang lấy ý kiến"),
    DraftState.PUBLISHED: N_("Đã công bố"),
    DraftState.DROPPED: N_("Đã bỏ"),
}


class Draft(Base):
    """Bản dự thảo bộ tiêu chí. `change_number` counts its changes, `next_key` names its next node."""

    __tablename__ = "drafts"
    __table_args__ = (
        one_of("state", DraftState),
        CheckConstraint("(state = 'published') = (published_set_id IS NOT NULL)", name="published"),
        CheckConstraint("state <> 'consultation' OR consultation_until IS NOT NULL", name="consultation"),
    )

    state: Mapped[str] = mapped_column(String(20), default=DraftState.WRITING)
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("criteria_sets.id"))
    published_set_id: Mapped[int | None] = mapped_column(ForeignKey("criteria_sets.id"), unique=True)
    consultation_until: Mapped[datetime | None]
    next_key: Mapped[int]
    change_number: Mapped[int] = mapped_column(default=0)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    based_on: Mapped[CriteriaSet | None] = relationship(foreign_keys=[based_on_id], lazy="joined")
    made_by: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": version}


class DraftNode(Base):
    """One node of a draft; see domain/drafts.py."""

    __tablename__ = "draft_nodes"
    __table_args__ = (
        UniqueConstraint("draft_id", "key"),
        one_of("kind", Kind),
        one_of("root", Root),
        CheckConstraint("(kind = 'head') = (key = 0)", name="head"),
        CheckConstraint("parent IS NULL OR root = 'core'", name="parent"),
    )

    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"))
    key: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    root: Mapped[str] = mapped_column(String(20))
    parent: Mapped[int | None]  # key of a section of the same draft
    position: Mapped[int]
    fields: Mapped[dict[str, Any]]
    version: Mapped[int]


class DraftChange(Base):
    """One edit of a draft, with every node before and after. Append-only; a trigger forbids change."""

    __tablename__ = "draft_changes"
    __table_args__ = (UniqueConstraint("draft_id", "number"),)

    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"))
    number: Mapped[int]  # counts from 1
    at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    actor_name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(60), default="")
    act: Mapped[str] = mapped_column(String(20))
    node_key: Mapped[int]  # the node that the act was about
    code: Mapped[str] = mapped_column(String(80), default="")  # its code at that time
    nodes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # [{"before": node or null, "after": node or null}]
    undoes: Mapped[int | None]  # number of the change that this one takes back


class CommentOutcome(StrEnum):
    """What became of a comment."""

    ADOPTED = "adopted"
    ANSWERED = "answered"


OUTCOME_NAMES = {CommentOutcome.ADOPTED: N_("Tiếp thu"), CommentOutcome.ANSWERED: N_("Giải trình")}


class Comment(Base):
    """Ý kiến góp ý of one person on one node of a draft (the head: on the whole), and the department's answer."""

    __tablename__ = "comments"
    __table_args__ = (
        one_of("outcome", CommentOutcome),
        CheckConstraint("text <> ''", name="text"),
        CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("outcome IS NULL OR outcome = 'adopted' OR answer <> ''", name="answer"),
    )

    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id"), index=True)
    node_key: Mapped[int]
    code: Mapped[str] = mapped_column(String(80))  # of the node when it was commented on
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(20))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    user: Mapped[User] = relationship(foreign_keys=[user_id], lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": version}
