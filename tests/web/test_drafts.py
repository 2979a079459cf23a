"""The editor of drafts, consultation, publication and files, as a browser meets them."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from emulation.config import ROOT
from emulation.domain import criteria as domain
from emulation.domain.drafts import HEAD, Draft, Kind, Node, Root
from emulation.domain.normal_form import to_yaml
from emulation.domain.outline import draft_of, read
from emulation.models import Comment, CriteriaSet, DraftChange, DraftNode, DraftState, Role
from emulation.models import Draft as Row
from emulation.services import consultations, drafts
from emulation.services.criteria import publish
from emulation.web.draft_forms import fields_from, form_of, typed_figure
from emulation.web.draft_specs import rule_kind
from tests.client import Client
from tests.world import World, person

JSON = {"Accept": "application/json"}
FILES = [*sorted((ROOT / "criteria").glob("*.yaml")), ROOT / "tests" / "data" / "nine-kinds.yaml"]


@pytest.fixture
def row(db: Session, world: World) -> Row:
    """A draft of the world's set."""
    based_on = db.scalars(select(CriteriaSet)).one()
    actor = world.actor("department")
    return drafts.create_draft(db, actor, based_on=based_on, edition="2022-2023", now=datetime.now(UTC))


def draft(db: Session, row: Row) -> Draft:
    db.expire_all()
    return drafts.nodes_of(db, row)


def node(db: Session, row: Row, code: str) -> Node:
    return next(one for one in draft(db, row).nodes.values() if one.code == code)


def url(row: Row, key: int = HEAD) -> str:
    return f"/drafts/{row.id}" + (f"?node={key}" if key else "")


def posted(app: Flask, one: Node, whole: Draft) -> MultiDict[str, str]:
    """What a browser sends from the untouched form of a node."""
    sent: MultiDict[str, str] = MultiDict()
    with app.test_request_context():
        for field in form_of(one, whole)[0]:
            if isinstance(field.data, list):
                for value in field.data:
                    sent.add(field.name, value)
            elif field.data is True:
                sent.add(field.name, "y")
            elif field.data not in (False, None):
                sent.add(field.name, str(field.data))
    if one.kind is Kind.CRITERION:
        sent.add("rule-shown", rule_kind(one.fields))
    return sent


def save(client: Client, app: Flask, db: Session, row: Row, code: str, **typed: str) -> TestResponse:
    """Type into the form of a node and let the script save it."""
    one = node(db, row, code) if code else draft(db, row).head
    sent = posted(app, one, draft(db, row))
    for name, value in {
        "version": str(one.version),
        **{key.replace("__", "-"): text for key, text in typed.items()},
    }.items():
        sent[name] = value
    return client.post(f"/drafts/{row.id}/nodes/{one.key}", data=sent, headers=JSON)


# ---- forms ----


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_untouched_form_saves_exactly_what_was_there(app: Flask, path: Path, language: str) -> None:
    whole = draft_of(domain.load(path.read_bytes()))
    for one in whole.nodes.values():
        sent = posted(app, one, whole)
        assert fields_from(one, sent) == dict(one.fields), one.code


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("8,5", "8.5"),
        ("8.50", "8.5"),
        (" 1 234,5 ", "1234.5"),
        ("mười", "mười"),
        ("", ""),
        ("-0", "0"),
        ("8,5,1", "8,5,1"),
    ],
)
def test_figures_are_stored_in_one_spelling_and_what_is_none_as_typed(typed: str, stored: str) -> None:
    assert typed_figure(typed) == stored


@pytest.mark.parametrize("role", ["department", "leader", "auditor"])
def test_every_node_opens(client: Client, db: Session, row: Row, role: str) -> None:
    client.sign_in(role)
    for one in draft(db, row).nodes.values():
        page = client.page(url(row, one.key))
        assert (one.title or "Quy định chung") in page.text
        forms = [form for form in page.forms if form.method == "post" and not form.in_frame]
        assert bool(forms) is (role == "department")


def test_history_of_a_draft_says_the_same_act_once(client: Client, app: Flask, db: Session, row: Row) -> None:
    client.sign_in("department")
    for title in ("Một", "Hai", "Ba"):
        save(client, app, db, row, "I.1", title=title)
    save(client, app, db, row, "I.2", title="Bốn")
    text = client.page(url(row)).text
    assert "sửa I.2" in text
    assert "sửa I.1 (3 lần)" in text
    assert text.count("sửa I.1") == 1


def test_editor_sends_the_same_number_of_queries_however_many_changes(
    client: Client, app: Flask, db: Session, row: Row
) -> None:
    client.sign_in("department")
    save(client, app, db, row, "I.1", title="Một")
    few = client.count_queries(url(row))
    for i in range(5):
        save(client, app, db, row, "I.2", title=f"Hai {i}")
    assert client.count_queries(url(row)) == few


# ---- saving ----


def test_save_answers_with_version_number_and_what_moves(client: Client, app: Flask, db: Session, row: Row) -> None:
    client.sign_in("department")
    answer = save(client, app, db, row, "I.1", title="Tên mới, dài hơn").get_json()
    assert (answer["version"], answer["number"], answer["errors"]) == (2, 1, {})
    assert "Tên mới, dài hơn" in answer["fragments"]["draft-tree"]
    assert "Tên mới, dài hơn" in answer["fragments"]["node-title"]
    assert "Hoàn tác" in answer["fragments"]["draft-undo"]
    assert "<del>" in answer["fragments"]["node-diff"]
    assert node(db, row, "I.1").title == "Tên mới, dài hơn"


def test_general_rules_keep_their_edition_whatever_the_count_of_changes(
    client: Client, app: Flask, db: Session, row: Row
) -> None:
    client.sign_in("department")
    before = draft(db, row).head.version
    for title in ("Một", "Hai"):
        assert save(client, app, db, row, "", title=title).get_json()["errors"] == {}
    head = draft(db, row).head
    assert (head.fields["title"], head.fields["version"], head.version) == ("Hai", "2022-2023", before + 2)
    form = next(form for form in client.page(url(row)).forms if "edition" in form.values)
    assert (form.values["version"], form.values["edition"]) == (str(before + 2), "2022-2023")
    answer = save(client, app, db, row, "", edition="").get_json()
    assert answer["errors"] == {"edition": "Chưa nhập."}


def test_fields_that_are_empty_on_both_sides_are_no_difference(
    client: Client, app: Flask, db: Session, row: Row
) -> None:
    client.sign_in("department")
    code = next(one.code for one in draft(db, row).criteria if rule_kind(one.fields) == "levels")
    diff = save(client, app, db, row, code, rule__kind="check").get_json()["fragments"]["node-diff"]
    assert re.findall(r"<dt>(.+?)</dt>", diff) == ["Kiểu", "Các bậc"]


def test_what_is_wrong_is_saved_and_told_beside_its_field(client: Client, app: Flask, db: Session, row: Row) -> None:
    client.sign_in("department")
    response = save(client, app, db, row, "I.1", max="mười", title="")
    assert response.status_code == 200
    answer = response.get_json()
    assert answer["errors"] == {"max": "Cần một số, ví dụ 8,5.", "title": "Chưa nhập."}
    assert "I.1: Điểm tối đa: Cần một số, ví dụ 8,5." in answer["fragments"]["draft-checks"]
    page = client.page(url(row, node(db, row, "I.1").key))
    assert "Cần một số, ví dụ 8,5." in page.text
    assert "mười" in next(form.values["max"] for form in page.forms if "max" in form.values)


def test_errors_of_a_table_stand_in_the_row_where_they_were_typed(
    client: Client, app: Flask, db: Session, row: Row
) -> None:
    """A row taken out or left empty in the middle still counts on the page until it is opened anew."""
    client.sign_in("department")
    code = next(one.code for one in draft(db, row).criteria if rule_kind(one.fields) == "steps")
    typed = {"rule__steps__1__from": "", "rule__steps__1__points": "", "rule__steps__2__points": "ba"}
    answer = save(client, app, db, row, code, **typed).get_json()
    assert answer["errors"] == {"rule-steps-2-points": "Cần một số, ví dụ 8,5."}


def test_other_kind_of_rule_brings_its_own_fields(client: Client, app: Flask, db: Session, row: Row) -> None:
    client.sign_in("department")
    answer = save(client, app, db, row, "I.1", rule__kind="steps").get_json()
    assert 'name="rule-steps-0-from"' in answer["fragments"]["rule-params"]
    fields = node(db, row, "I.1").fields
    assert fields["rule"] == {"kind": "steps", "unit": "%"}  # the unit goes along, target and floor do not


def test_stale_save_shows_both_versions_and_loses_nothing(client: Client, app: Flask, db: Session, row: Row) -> None:
    client.sign_in("department")
    save(client, app, db, row, "I.1", title="Của đồng nghiệp")
    answer = save(client, app, db, row, "I.1", title="Của tôi", version="1")
    assert answer.status_code == 409
    assert "Của tôi" in answer.get_json()["html"]
    assert "Của đồng nghiệp" in answer.get_json()["html"]
    one = node(db, row, "I.1")
    sent = posted(app, one, draft(db, row))
    sent["title"], sent["version"] = "Của tôi", "1"
    page = client.post(f"/drafts/{row.id}/nodes/{one.key}", data=sent)
    assert page.status_code == 409
    assert "Của tôi" in page.text
    assert "Của đồng nghiệp" in page.text
    assert 'name="version" value="2"' in page.text  # saving once more takes mine
    assert node(db, row, "I.1").title == "Của đồng nghiệp"


def test_save_of_a_dropped_node_is_refused_with_a_sentence(client: Client, app: Flask, db: Session, row: Row) -> None:
    client.sign_in("department")
    one = node(db, row, "I.1")
    client.post(f"/drafts/{row.id}/nodes/{one.key}/drop")
    answer = client.post(f"/drafts/{row.id}/nodes/{one.key}", data={"title": "x", "version": "1"}, headers=JSON)
    assert (answer.status_code, "không còn" in answer.get_json()["error"]) == (404, True)


# ---- the tree ----


def codes(db: Session, row: Row) -> list[str]:
    return [one.code for one in draft(db, row).in_order()]


def test_nodes_are_added_moved_copied_dropped_merged_and_split_without_script(
    client: Client, db: Session, row: Row
) -> None:
    client.sign_in("department")
    before = codes(db, row)

    def act(path: str, **data: Any) -> str:
        response = client.post(f"/drafts/{row.id}/{path}", data=data)
        assert response.status_code == 303, response.text[:400]
        return str(response.location)

    section = node(db, row, "I").key
    place = act("add", kind="criterion", root="core", parent=section)
    assert codes(db, row)[4] == "I.4"
    assert place == url(row, node(db, row, "I.4").key)
    act(f"nodes/{node(db, row, 'I.4').key}/move", way="up")
    assert codes(db, row)[3] == "I.4"
    act(f"nodes/{node(db, row, 'I.4').key}/move", place=f"core-{node(db, row, 'II').key}")
    assert node(db, row, "I.4").parent == node(db, row, "II").key
    act(f"nodes/{node(db, row, 'I.4').key}/drop")
    assert codes(db, row) == before
    act(f"nodes/{node(db, row, 'I.1').key}/duplicate")
    act("undo", way="undo")
    assert codes(db, row) == before
    act(f"nodes/{node(db, row, 'I.1').key}/split")
    act("merge", keys=[node(db, row, "I.4").key, node(db, row, "I.5").key])
    assert node(db, row, "I.6").fields["replaces"] == ["I.1"]
    assert len(codes(db, row)) == len(before)
    act("merge", keys=[section, node(db, row, "II").key])
    assert [one.code for one in draft(db, row).children(Root.CORE)] == ["I", "III"]
    act("merge", split=section, keys=[node(db, row, "II.1").key, node(db, row, "II.2").key])
    assert [one.code for one in draft(db, row).children(Root.CORE)] == ["I", "IV", "III"]
    assert node(db, row, "II.1").parent == node(db, row, "IV").key


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("add", {"kind": "criterion", "root": "core"}, 422),
        ("add", {"kind": "thing", "root": "core"}, 422),
        ("add", {"kind": "criterion", "root": "core", "parent": "999"}, 404),
        ("nodes/2/move", {"place": "core-"}, 422),
        ("nodes/2/move", {"place": "nowhere"}, 422),
        ("nodes/999/drop", {}, 404),
        ("nodes/0/drop", {}, 422),
        ("merge", {"keys": "2"}, 422),
        ("merge", {}, 422),
    ],
)
def test_acts_that_cannot_be_done_say_so_and_change_nothing(
    client: Client, db: Session, row: Row, path: str, data: dict[str, str], status: int
) -> None:
    before = draft(db, row)
    assert client.sign_in("department").post(f"/drafts/{row.id}/{path}", data=data).status_code == status
    assert draft(db, row) == before
    assert db.scalars(select(DraftChange)).all() == []


def test_nothing_left_to_undo_is_said(client: Client, db: Session, row: Row) -> None:
    client.sign_in("department").post(f"/drafts/{row.id}/undo", data={"way": "undo"})
    assert "Không còn gì để hoàn tác." in client.page(url(row)).text


def test_news_tell_what_a_colleague_did(client: Client, app: Flask, db: Session, world: World, row: Row) -> None:
    colleague = person("colleague", Role.DEPARTMENT)
    db.add(colleague)
    db.flush()
    client.sign_in("department")
    assert client.get(f"/drafts/{row.id}/news?since=0&node=2", headers=JSON).get_json() == {"number": 0}
    other = client.another().sign_in("colleague")
    save(other, app, db, row, "I.1", title="Của đồng nghiệp")
    key, beside = node(db, row, "I.1").key, node(db, row, "I.2").key

    def news(node: int, version: int) -> Any:
        answer = client.get(f"/drafts/{row.id}/news?since=0&node={node}&version={version}", headers=JSON)
        return answer.get_json()

    found = news(key, 1)
    assert (found["number"], found["sentence"], found["touched"]) == (1, "Colleague vừa sửa I.1.", True)
    assert "Của đồng nghiệp" in found["fragments"]["draft-tree"]
    assert news(key, 2)["touched"] is False  # the page has it already
    assert news(beside, 1)["touched"] is False
    save(client, app, db, row, "I.2", title="Của tôi")
    assert news(beside, 2)["sentence"] == "Colleague vừa sửa I.1."  # one's own change is no news
    other.post(f"/drafts/{row.id}/nodes/{beside}/drop")
    assert news(beside, 2)["touched"] is True


# ---- trying a rule ----


@pytest.mark.parametrize(
    ("code", "figures", "said"),
    [
        ("I.1", "part=95&whole=98", "95/98 ≈ 96,94 %"),
        ("II.2", "met=yes", "Đạt"),
        ("II.4", "count=3", "3 ×"),
        ("I.1", "part=99&whole=98", "lớn hơn tổng số"),
        ("I.1", "part=a&whole=98", "không phải là một số"),
    ],
)
def test_rule_is_tried_on_the_page_and_by_the_script(
    client: Client, db: Session, row: Row, code: str, figures: str, said: str
) -> None:
    client.sign_in("department")
    key = node(db, row, code).key
    assert said in client.page(f"{url(row, key)}&{figures}").text
    answer = client.get(f"/drafts/{row.id}/trial?node={key}&{figures}", headers=JSON).get_json()
    assert said in answer["fragments"]["trial"]


def test_rule_that_is_wrong_cannot_be_tried(client: Client, app: Flask, db: Session, row: Row) -> None:
    client.sign_in("department")
    save(client, app, db, row, "I.1", rule__target="")
    assert "Sửa các lỗi của tiêu chí này rồi thử." in client.page(url(row, node(db, row, "I.1").key)).text


# ---- the list, new drafts, files ----


def test_list_shows_drafts_to_those_who_may_read_them(client: Client, db: Session, row: Row) -> None:
    for name, sees in (("department", True), ("leader", True), ("unit_officer", False), ("cluster_leader", False)):
        page = client.sign_in(name).page("/criteria")
        assert (url(row) in page.links) is sees, name
    row.state, row.consultation_until = DraftState.CONSULTATION, datetime.now(UTC) + timedelta(days=1)
    assert url(row) in client.sign_in("unit_officer").page("/criteria").links


def test_new_draft_of_a_version(client: Client, db: Session, world: World) -> None:
    key = db.scalars(select(CriteriaSet.id)).one()
    client.sign_in("department")
    data = {"start": "version", "based_on": str(key), "edition": "2022-2023"}
    assert client.post("/criteria/drafts", data=data).location == "/drafts/1"
    refused = client.post("/criteria/drafts", data=data | {"edition": world.criteria.version})
    assert (refused.status_code, "Đã có phiên bản" in refused.text) == (422, True)
    assert client.post("/criteria/drafts", data=data | {"based_on": "99"}).status_code == 422
    assert client.post("/criteria/drafts", data={"start": "empty"}).location == "/drafts/2"


def upload(name: str, content: bytes, **more: str) -> dict[str, Any]:
    return {"file": (io.BytesIO(content), name), **more}


def test_new_draft_of_a_file_all_or_nothing(client: Client, db: Session, world: World) -> None:
    client.sign_in("department")
    good = FILES[1].read_bytes()
    made = client.post("/criteria/drafts", data=upload("bo.yaml", good, start="file"))
    assert made.location == "/drafts/1"
    broken = good.replace(b"max: 3", b"max: ba", 1).replace(b"scale: 100", b"scale: -1", 1)
    for name, content, words in (
        ("bo.yaml", broken, "2 chỗ phải sửa"),
        ("bo.png", b"\x89PNG\r\n\x1a\n" + b"0" * 99, "PNG"),
        ("trong.yaml", b"", "Tệp trống"),
    ):
        refused = client.post("/criteria/drafts", data=upload(name, content, start="file"))
        assert (refused.status_code, words in refused.text) == (422, True), name
    assert client.post("/criteria/drafts", data={"start": "file"}).status_code == 422
    assert db.scalars(select(Row.id)).all() == [1]


def test_import_is_a_dry_run_first(client: Client, db: Session, row: Row) -> None:
    client.sign_in("department")
    content = FILES[1].read_bytes()
    before = draft(db, row)
    dry = client.post(f"/drafts/{row.id}/files", data=upload("bo.yaml", content))
    assert dry.status_code == 200
    assert "Tệp đọc được, không có lỗi" in dry.text
    assert draft(db, row) == before
    text = to_yaml(domain.load(content))
    done = client.post(f"/drafts/{row.id}/files", data={"apply": "1", "number": "0", "text": text})
    assert done.status_code == 303
    assert read(draft(db, row)).criteria == domain.load(content)
    late = client.post(f"/drafts/{row.id}/files", data={"apply": "1", "number": "0", "text": text})
    assert late.status_code == 409


@pytest.mark.parametrize("name", ["yaml", "json", "xlsx"])
def test_file_that_goes_out_comes_back_the_same(client: Client, db: Session, row: Row, name: str) -> None:
    client.sign_in("department")
    response = client.get(f"/drafts/{row.id}/files/{name}")
    assert response.headers["Content-Disposition"] == f'attachment; filename="thu-2022-2023.{name}"'
    wanted = read(draft(db, row)).criteria
    made = client.post("/criteria/drafts", data=upload(f"bo.{name}", response.data, start="file"))
    other = db.get(Row, int(made.location.rpartition("/")[2]))
    assert other is not None
    assert read(draft(db, other)).criteria == wanted


@pytest.mark.parametrize(
    ("name", "ending", "start"),
    [
        ("annex-docx", "-phu-luc.docx", b"PK"),
        ("annex-pdf", "-phu-luc.pdf", b"%PDF-"),
        ("booklet-docx", "-huong-dan.docx", b"PK"),
        ("booklet-pdf", "-huong-dan.pdf", b"%PDF-"),
    ],
)
def test_papers_of_a_version_go_out(
    client: Client, db: Session, world: World, name: str, ending: str, start: bytes
) -> None:
    key = db.scalars(select(CriteriaSet.id)).one()
    response = client.sign_in("unit_officer").get(f"/criteria/{key}/files/{name}")
    assert response.data.startswith(start)
    assert f"thu-2021-2022{ending}" in response.headers["Content-Disposition"]


def test_published_version_goes_out_in_known_formats(client: Client, db: Session, world: World) -> None:
    key = db.scalars(select(CriteriaSet.id)).one()
    client.sign_in("unit_officer")
    response = client.get(f"/criteria/{key}/files/yaml")
    assert domain.load(response.data) == world.criteria
    assert client.get(f"/criteria/{key}/files/exe").status_code == 404
    assert client.get("/criteria/99/files/yaml").status_code == 404


def test_draft_with_faults_gives_no_file(client: Client, app: Flask, db: Session, row: Row) -> None:
    client.sign_in("department")
    save(client, app, db, row, "I.1", max="")
    assert client.get(f"/drafts/{row.id}/files/yaml").status_code == 422
    assert "chưa xuất ra tệp được" in client.page(f"/drafts/{row.id}/files").text


# ---- consultation ----


def test_consultation_from_opening_to_the_answer(client: Client, db: Session, row: Row) -> None:
    client.sign_in("department")
    path = f"/drafts/{row.id}/consultation"
    for until, words in (("hôm nay", "dd/mm/yyyy"), ("01/01/2020", "sau thời điểm hiện tại")):
        refused = client.post(path, data={"until": until})
        assert (refused.status_code, words in refused.text) == (422, True)
    day = datetime.now(UTC) + timedelta(days=5)
    assert client.post(path, data={"until": day.strftime("%d/%m/%Y")}).status_code == 303
    assert (
        client.post(f"/drafts/{row.id}/nodes/2/move", data={"way": "up"}).status_code == 409
    )  # nobody edits meanwhile

    unit = client.another().sign_in("unit_officer")
    assert "Mở từng mục để góp ý" in unit.page(url(row, 2)).text
    assert unit.post(f"/drafts/{row.id}/nodes/2/comments", data={"text": "Nên bỏ tiêu chí này."}).status_code == 303
    assert unit.post(f"/drafts/{row.id}/nodes/2/comments", data={"text": " "}).status_code == 422
    assert "Nên bỏ tiêu chí này." not in client.another().sign_in("other_officer").page(url(row, 2)).text

    one = db.scalars(select(Comment)).one()
    assert "Nên bỏ tiêu chí này." in client.page(path).text
    sent = {"version": str(one.version), "outcome": "answered", "answer": "Luật yêu cầu."}
    assert client.post(f"/comments/{one.id}/answer", data=sent).status_code == 303
    assert client.post(f"/comments/{one.id}/answer", data=sent).status_code == 409
    assert "Luật yêu cầu." in unit.page(url(row, 2)).text

    assert client.post(f"/drafts/{row.id}/consultation/close").status_code == 303
    assert unit.get(url(row)).status_code == 403
    assert "Nên bỏ tiêu chí này." in client.page(url(row, 2)).text


def test_first_page_says_what_a_draft_asks_of_each(client: Client, db: Session, world: World, row: Row) -> None:
    assert "lấy ý kiến" not in client.sign_in("unit_officer").page("/").text
    row.state, row.consultation_until = DraftState.CONSULTATION, datetime.now(UTC) + timedelta(days=1)
    page = client.page("/")
    assert "Đang lấy ý kiến" in page.text
    assert url(row) in page.links
    actor = world.actor("unit_officer")
    consultations.comment(db, actor, row, key=2, text="Nên bỏ.", now=datetime.now(UTC))
    assert "1 ý kiến góp ý chưa trả lời" in client.sign_in("department").page("/").text
    row.consultation_until = datetime.now(UTC) - timedelta(hours=1)
    assert "Đã hết hạn lấy ý kiến" in client.page("/").text
    assert "Đang lấy ý kiến" not in client.sign_in("unit_officer").page("/").text


# ---- publishing ----


def test_publishing_shows_what_is_in_its_way_then_freezes(client: Client, app: Flask, db: Session, row: Row) -> None:
    client.sign_in("department")
    path = f"/drafts/{row.id}/publishing"
    save(client, app, db, row, "I.1", max="")
    page = client.page(path)
    assert "I.1: Điểm tối đa: Chưa nhập." in page.text
    assert client.post(path, data={"number": "1"}).status_code == 422
    client.post(f"/drafts/{row.id}/undo", data={"way": "undo"})
    assert client.post(path, data={"number": "1"}).status_code == 409  # there is a change that the page did not show
    published = client.submit(path, {})
    found = db.scalars(select(CriteriaSet).where(CriteriaSet.edition == "2022-2023")).one()
    assert published.location == f"/criteria/{found.id}"
    assert found.sha256 in client.page(published.location).text
    assert "Đã công bố" in client.page(url(row)).text
    assert client.post(f"/drafts/{row.id}/nodes/2/move", data={"way": "up"}).status_code == 409
    assert f"/drafts/{row.id}" not in client.page("/criteria").links


def test_draft_is_put_away_and_taken_up(client: Client, db: Session, row: Row) -> None:
    client.sign_in("department")
    client.post(f"/drafts/{row.id}/put-away")
    page = client.page("/criteria")
    assert "Bản dự thảo đã bỏ" in page.text
    client.post(f"/drafts/{row.id}/take-up")
    assert "Bản dự thảo đã bỏ" not in client.page("/criteria").text


def test_version_is_retired_and_reinstated(client: Client, db: Session, world: World) -> None:
    key = db.scalars(select(CriteriaSet.id)).one()
    client.sign_in("department")
    client.submit(f"/criteria/{key}", {})
    assert "Thôi dùng" in client.page("/criteria").text
    assert world.criteria.title not in [row[0] for row in client.page("/periods/new").rows]
    client.submit(f"/criteria/{key}", {})
    assert db.get(CriteriaSet, key).retired_at is None  # type: ignore[union-attr]  # the row is there


def test_base_version_stays_as_it_was(client: Client, app: Flask, db: Session, row: Row, world: World) -> None:
    client.sign_in("department")
    before = db.scalars(select(CriteriaSet.body)).one()
    save(client, app, db, row, "I.1", title="Khác hẳn")
    client.submit(f"/drafts/{row.id}/publishing", {})
    assert db.scalars(select(CriteriaSet.body).order_by(CriteriaSet.id)).first() == before
    assert world.criteria.by_code["I.1"].title in client.page("/periods/2021-2022/criteria").text
    assert db.scalars(select(DraftNode.id)).first() is not None
    publish(db, world.actor("department"), world.criteria, now=datetime.now(UTC))  # found, not written again
    assert consultations.comments_on(db, row) == []


def test_indicators_are_typed_beside_their_figures_and_checked_there(
    client: Client, app: Flask, db: Session, row: Row
) -> None:
    client.sign_in("department")
    answer = save(client, app, db, row, "I.1", figures__part="dat", figures__whole="tổng số")
    assert answer.json is not None
    assert answer.json["errors"] == {
        "figures-whole": "Mã chỉ tiêu “tổng số” chỉ gồm chữ, số và các dấu - _ . viết liền."
    }
    assert save(client, app, db, row, "I.1", figures__whole="tong-so").json["errors"] == {}
    assert node(db, row, "I.1").fields["figures"] == {"part": "dat", "whole": "tong-so"}
    assert "Chỉ tiêu số liệu dùng chung" in client.page(url(row, node(db, row, "I.1").key)).text
