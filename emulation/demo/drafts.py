"""The demo's draft of the next criteria set: leaner than the last, with a consultation behind it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from emulation.domain.drafts import Node
from emulation.models import CommentOutcome, CriteriaSet, Role
from emulation.services import consultations, drafts
from emulation.services.actor import Actor

if TYPE_CHECKING:
    from emulation.demo.seed import Demo

EDITION = "2023-2024"


def write_draft(demo: Demo) -> None:
    """Two criteria dropped, two merged, a threshold raised; the units were asked, one comment waits for its answer."""
    db, department = demo.db, Actor(demo.of_role(Role.DEPARTMENT))
    opened, closed = demo.now - timedelta(days=12), demo.now - timedelta(days=4)
    based_on = db.scalars(select(CriteriaSet)).one()
    row = drafts.create_draft(db, department, based_on=based_on, edition=EDITION, now=opened - timedelta(days=9))

    def desk(now: datetime) -> drafts.Desk:
        return drafts.open_desk(db, department, row, now=now)

    def node(code: str) -> Node:
        return next(one for one in drafts.nodes_of(db, row).nodes.values() if one.code == code)

    for hours, code in enumerate(("VIII.1", "VI.6")):
        drafts.drop_node(desk(opened - timedelta(days=8, hours=-hours)), node(code).key)
    merged = drafts.merge_nodes(desk(opened - timedelta(days=7)), [node("VI.2").key, node("VI.3").key])

    consultations.open_consultation(db, department, row, until=closed, now=opened)
    comments = [
        consultations.comment(db, Actor(person), row, key=key, text=text, now=opened + timedelta(days=days, hours=3))
        for days, person, key, text in (
            (1, demo.of_role(Role.UNIT_OFFICER), merged.key, "Đề nghị nói rõ tập huấn trực tuyến có được tính không."),
            (3, demo.of_role(Role.UNIT_DIRECTOR), node("II.1").key, "Đề nghị giảm mức tối đa xuống 98 %."),
            (
                5,
                demo.of_role(Role.UNIT_DIRECTOR),
                node("III.2").key,
                "Nhất trí nâng ngưỡng, áp dụng từ học kỳ II.",
            ),
        )
    ]
    db.flush()
    consultations.close_consultation(db, department, row, now=closed)
    for one, outcome, text in (
        (comments[0], CommentOutcome.ADOPTED, "Tính cả tập huấn trực tuyến, đã ghi vào hướng dẫn."),
        (comments[1], CommentOutcome.ANSWERED, "Giữ 100 %: báo cáo đúng hạn là quy định chung."),
    ):
        consultations.answer(db, department, one, outcome=outcome, text=text, version=one.version, now=closed)

    after = closed + timedelta(days=1)
    guidance = f"{node(merged.code).fields.get('guidance', '')}\nTính cả tập huấn trực tuyến.".strip()
    for code, changed in (
        (
            merged.code,
            {"title": "Phân công cán bộ phụ trách truyền thông và tập huấn truyền thông", "guidance": guidance},
        ),
        ("III.2", {"rule": _raised(node("III.2"))}),
    ):
        one_node = node(code)
        fields = {**one_node.fields, **changed}
        drafts.edit_fields(desk(after), one_node.key, fields, version=one_node.version)


def _raised(node: Node) -> dict[str, object]:
    """The rule of a criterion with its highest threshold half a point up."""
    rule = dict(node.fields["rule"])
    first, *rest = rule["steps"]
    return {**rule, "steps": [{**first, "from": "99.5"}, *rest]}
