"""Drafts: edits, undoing them, and the way to a criteria set and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.domain import edits
from emulation.domain.criteria import CriteriaSet, load
from emulation.domain.draft_codes import free_code, roman
from emulation.domain.drafts import EMPTY, HEAD, Draft, Edit, Kind, Node, Root, apply, revert
from emulation.domain.outline import draft_of, fields_of, read, replace_all
from emulation.errors import Invalid, Missing, Refusal, Stale

ROOT = Path(__file__).parents[2]
FILES = [*sorted((ROOT / "criteria").glob("*.yaml")), ROOT / "tests" / "data" / "nine-kinds.yaml"]
LEAN = load((ROOT / "criteria" / "so-gddt-2021-2022.yaml").read_bytes())


def by_code(draft: Draft, code: str) -> Node:
    """The criterion, section or ground with this code."""
    return next(node for node in draft.nodes.values() if node.code == code)


def codes(draft: Draft, section: str) -> list[str]:
    """The codes of what stands in a section, in order."""
    return [node.code for node in draft.children(Root.CORE, by_code(draft, section).key)]


def small() -> Draft:
    """Two sections with three and one criteria, a bonus, a deduction and a ground."""
    draft = EMPTY
    for code in ("I", "II"):
        draft = apply(draft, edits.add(draft, Kind.SECTION, root=Root.CORE, fields={"code": code, "title": code}))
    for section, code in (("I", "I.1"), ("I", "I.2"), ("I", "I.3"), ("II", "II.1")):
        home = by_code(draft, section).key
        fields = {"code": code, "title": f"Việc {code}", "max": "10", "rule": {"kind": "check"}}
        draft = apply(draft, edits.add(draft, Kind.CRITERION, root=Root.CORE, parent=home, fields=fields))
    for root, code in ((Root.BONUS, "TH.1"), (Root.DEDUCTIONS, "TR.1")):
        fields = {"code": code, "title": code, "max": "2", "rule": {"kind": "count", "each": "0.5"}}
        draft = apply(draft, edits.add(draft, Kind.CRITERION, root=root, fields=fields))
    return apply(draft, edits.add(draft, Kind.GROUND, root=Root.EXCLUSIONS, fields={"code": "X.1", "title": "Vi phạm"}))


# ---- a set opened for writing says the same ----


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_set_opened_for_writing_says_the_same(path: Path) -> None:
    criteria = load(path.read_bytes())
    reading = read(draft_of(criteria))
    assert reading.faults == ()
    assert reading.criteria is not None
    assert reading.criteria.sha256 == criteria.sha256


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_import_into_a_draft_gives_exactly_the_file(path: Path) -> None:
    criteria = load(path.read_bytes())
    for before in (EMPTY, small(), draft_of(LEAN)):
        reading = read(apply(before, replace_all(before, criteria)))
        assert reading.criteria is not None
        assert reading.criteria.sha256 == criteria.sha256


def test_import_of_the_same_changes_nothing_and_keeps_keys() -> None:
    draft = draft_of(LEAN)
    assert replace_all(draft, LEAN) == ()
    changed = apply(draft, edits.set_fields(draft, HEAD, {**draft.head.fields, "title": "Khác"}))
    edit = replace_all(changed, LEAN)
    assert [change.node.key for change in edit] == [HEAD]


def test_fields_leave_out_what_is_empty_and_spell_numbers_as_text() -> None:
    assert fields_of(LEAN.exclusions[0]).keys() == {"code", "title"}
    steps = next(one for one in LEAN.all_criteria if one.rule.kind == "steps")
    assert fields_of(steps)["rule"]["steps"][0]["points"] == str(steps.rule.steps[0].points)  # type: ignore[union-attr]  # a steps rule


# ---- faults are told by node and field ----


def test_faults_name_the_node_and_the_field() -> None:
    draft = small()
    key = by_code(draft, "I.2").key
    rule = {"kind": "steps", "steps": [{"from": "90", "points": "12"}], "unit": "%"}
    draft = apply(draft, edits.set_fields(draft, key, {"code": "I.1", "title": "", "max": "mười", "rule": rule}))
    found = {(fault.key, fault.field) for fault in read(draft).faults}
    assert found >= {(key, "code"), (key, "title"), (key, "max"), (HEAD, "version"), (HEAD, "title")}
    assert read(draft).of(key) == [fault for fault in read(draft).faults if fault.key == key]


def test_number_with_a_comma_is_read_as_a_number() -> None:
    draft = draft_of(LEAN)
    node = next(node for node in draft.criteria if node.fields["rule"]["kind"] == "check")
    draft = apply(draft, edits.set_fields(draft, node.key, {**node.fields, "max": "2,5"}))
    criteria = read(draft).criteria
    assert criteria is not None
    assert str(criteria.by_code[node.code].max) == "2.5"


# ---- adding ----


def test_new_criterion_goes_behind_its_neighbour_under_the_next_code() -> None:
    draft = small()
    home = by_code(draft, "I")
    edit = edits.add(draft, Kind.CRITERION, root=Root.CORE, parent=home.key, after=by_code(draft, "I.1").key)
    draft = apply(draft, edit)
    assert codes(draft, "I") == ["I.1", "I.4", "I.2", "I.3"]


@pytest.mark.parametrize(
    ("kind", "root", "section", "taken", "expected"),
    [
        (Kind.CRITERION, Root.CORE, "I", (), "I.4"),
        (Kind.CRITERION, Root.CORE, "I", ("I.4", "I.5"), "I.6"),  # codes of the last version stay theirs
        (Kind.SECTION, Root.CORE, None, (), "III"),
        (Kind.CRITERION, Root.BONUS, None, (), "TH.2"),
        (Kind.CRITERION, Root.DEDUCTIONS, None, ("TR.2",), "TR.3"),
        (Kind.GROUND, Root.EXCLUSIONS, None, (), "X.2"),
        (Kind.SECTION, Root.CORE, "II", (), "II.1"),  # sections count apart from criteria
    ],
)
def test_free_code(kind: Kind, root: Root, section: str | None, taken: tuple[str, ...], expected: str) -> None:
    draft = small()
    parent = by_code(draft, section).key if section else None
    assert free_code(draft, kind, root=root, parent=parent, taken=taken) == expected


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (16, "XVI"), (40, "XL"), (49, "XLIX"), (90, "LXL")],
)
def test_roman_numbers_count_sections(number: int, text: str) -> None:
    assert roman(number) == text


@pytest.mark.parametrize(
    ("kind", "root", "parent"),
    [
        (Kind.CRITERION, Root.CORE, None),
        (Kind.SECTION, Root.BONUS, None),
        (Kind.GROUND, Root.CORE, None),
        (Kind.CRITERION, Root.EXCLUSIONS, None),
        (Kind.GROUND, Root.CORE, "I"),
        (Kind.CRITERION, Root.CORE, "I.1"),
    ],
)
def test_node_is_refused_where_it_cannot_stand(kind: Kind, root: Root, parent: str | None) -> None:
    draft = small()
    with pytest.raises(Invalid):
        edits.add(draft, kind, root=root, parent=by_code(draft, parent).key if parent else None)


# ---- moving ----


def move(draft: Draft, code: str, *, to: str, after: str | None) -> Draft:
    """The draft with a criterion moved into a section."""
    behind = by_code(draft, after).key if after else None
    home = by_code(draft, to).key
    return apply(draft, edits.move(draft, by_code(draft, code).key, root=Root.CORE, parent=home, after=behind))


def test_move_inside_and_between_sections() -> None:
    draft = move(small(), "I.3", to="I", after=None)
    assert codes(draft, "I") == ["I.3", "I.1", "I.2"]
    draft = move(draft, "I.1", to="II", after="II.1")
    assert (codes(draft, "I"), codes(draft, "II")) == (["I.3", "I.2"], ["II.1", "I.1"])


def test_move_to_where_it_stands_changes_nothing() -> None:
    draft = small()
    node = by_code(draft, "I.2")
    assert edits.move(draft, node.key, root=Root.CORE, parent=node.parent, after=by_code(draft, "I.1").key) == ()
    assert edits.move(draft, node.key, root=Root.CORE, parent=node.parent, after=node.key) == ()


def test_moving_to_and_fro_many_times_keeps_the_order_right() -> None:
    draft = small()
    for _ in range(40):  # halves the space between neighbours until others have to make room
        draft = move(draft, "I.3", to="I", after="I.1")
        draft = move(draft, "I.2", to="I", after="I.1")
    assert codes(draft, "I") == ["I.1", "I.2", "I.3"]


def test_section_does_not_go_into_itself() -> None:
    draft = small()
    with pytest.raises(Invalid):
        move(draft, "I", to="I", after=None)


def test_step_goes_on_into_the_neighbouring_section_and_stops_at_the_ends() -> None:
    draft = small()
    draft = apply(draft, edits.step(draft, by_code(draft, "I.3").key, down=True))
    assert (codes(draft, "I"), codes(draft, "II")) == (["I.1", "I.2"], ["I.3", "II.1"])
    draft = apply(draft, edits.step(draft, by_code(draft, "I.3").key, down=False))
    assert codes(draft, "I") == ["I.1", "I.2", "I.3"]
    draft = apply(draft, edits.step(draft, by_code(draft, "I.2").key, down=False))
    assert codes(draft, "I") == ["I.2", "I.1", "I.3"]
    assert edits.step(draft, by_code(draft, "I.2").key, down=False) == ()
    assert edits.step(draft, by_code(draft, "II.1").key, down=True) == ()
    assert edits.step(draft, by_code(draft, "TH.1").key, down=True) == ()


# ---- dropping, copying, merging, splitting ----


def test_section_is_dropped_with_all_it_holds() -> None:
    draft = small()
    draft = apply(draft, edits.drop(draft, by_code(draft, "I").key))
    assert [node.code for node in draft.in_order()] == ["II", "II.1", "TH.1", "TR.1", "X.1"]


def test_copy_stands_behind_under_a_code_of_its_own() -> None:
    draft = small()
    draft = apply(draft, edits.duplicate(draft, by_code(draft, "I.1").key))
    assert codes(draft, "I") == ["I.1", "I.4", "I.2", "I.3"]
    assert by_code(draft, "I.4").fields["rule"] == {"kind": "check"}


def test_merged_criterion_says_what_it_replaces() -> None:
    draft = small()
    keys = [by_code(draft, code).key for code in ("I.3", "I.1")]
    draft = apply(draft, edits.merge(draft, keys))
    assert codes(draft, "I") == ["I.4", "I.2"]
    merged = by_code(draft, "I.4")
    assert merged.fields["replaces"] == ["I.1", "I.3"]
    assert merged.fields["title"] == "Việc I.1; Việc I.3"
    assert merged.fields["max"] == "10"
    again = apply(draft, edits.merge(draft, [merged.key, by_code(draft, "I.2").key]))
    assert by_code(again, "I.5").fields["replaces"] == ["I.1", "I.3", "I.2"]  # what the merged one stood for goes on


def test_merge_needs_two_criteria_of_one_list() -> None:
    draft = small()
    for wanted in (["I.1"], ["I.1", "TH.1"], ["I", "I.1"]):
        with pytest.raises(Invalid):
            edits.merge(draft, [by_code(draft, code).key for code in wanted])


def test_split_gives_two_halves_that_say_what_they_replace() -> None:
    draft = draft_of(LEAN)
    node = by_code(draft, "I.1")  # levels of 3, 2, 1 and 0 points
    draft = apply(draft, edits.split(draft, node.key, taken=["I.6"]))
    assert codes(draft, "I") == ["I.7", "I.8", "I.2", "I.3", "I.4", "I.5"]
    for code in ("I.7", "I.8"):
        half = by_code(draft, code).fields
        assert (half["max"], half["replaces"]) == ("1.5", ["I.1"])
        assert [level["points"] for level in half["rule"]["levels"]] == ["1.5", "1", "0.5", "0"]
    reading = read(draft)
    assert reading.faults == ()
    assert reading.criteria is not None
    assert reading.criteria.base == LEAN.base


def test_split_keeps_points_that_cannot_be_halved_exactly() -> None:
    fields: dict[str, Any] = {"code": "A", "max": "0.25", "rule": {"kind": "check"}}
    assert edits.halved(fields, 2) == fields
    assert edits.halved({**fields, "max": "mười"}, 2) == {**fields, "max": "mười"}


def test_merged_sections_hold_what_all_of_them_held() -> None:
    draft = small()
    draft = apply(draft, edits.merge_sections(draft, [by_code(draft, code).key for code in ("II", "I")]))
    assert codes(draft, "I") == ["I.1", "I.2", "I.3", "II.1"]
    assert [node.code for node in draft.children(Root.CORE)] == ["I"]


def test_sections_that_stand_in_each_other_or_alone_are_not_merged() -> None:
    draft = small()
    one = by_code(draft, "I")
    draft = apply(draft, edits.add(draft, Kind.SECTION, root=Root.CORE, parent=one.key, fields={"code": "I.a"}))
    for wanted in (["I"], ["I", "I.1"], ["I", "I.a"]):
        with pytest.raises(Invalid):
            edits.merge_sections(draft, [by_code(draft, code).key for code in wanted])


def test_split_section_gives_a_new_one_with_what_was_chosen() -> None:
    draft = small()
    chosen = [by_code(draft, code).key for code in ("I.3", "I.1")]
    draft = apply(draft, edits.split_section(draft, by_code(draft, "I").key, chosen))
    assert [node.code for node in draft.children(Root.CORE)] == ["I", "III", "II"]
    assert (codes(draft, "I"), codes(draft, "III"), by_code(draft, "III").title) == (["I.2"], ["I.1", "I.3"], "I (2)")


@pytest.mark.parametrize("chosen", [[], ["I.1", "I.2", "I.3"], ["I.1", "II.1"]])
def test_section_is_split_by_a_part_of_what_it_holds(chosen: list[str]) -> None:
    draft = small()
    with pytest.raises(Invalid):
        edits.split_section(draft, by_code(draft, "I").key, [by_code(draft, code).key for code in chosen])


# ---- undoing ----


def test_undo_restores_a_dropped_section_with_all_it_held() -> None:
    draft = small()
    edit = edits.drop(draft, by_code(draft, "I").key)
    after = apply(draft, edit)
    back = apply(after, revert(after, edit))
    assert [node.code for node in back.in_order()] == [node.code for node in draft.in_order()]
    assert all(back.nodes[key].version > draft.nodes[key].version for key in (by_code(draft, "I").key,))


def test_undo_is_refused_where_somebody_changed_the_node_since() -> None:
    draft = small()
    key = by_code(draft, "I.1").key
    edit = edits.set_fields(draft, key, {**draft.nodes[key].fields, "title": "Của tôi"})
    draft = apply(draft, edit)
    draft = apply(draft, edits.set_fields(draft, key, {**draft.nodes[key].fields, "title": "Của người khác"}))
    with pytest.raises(Stale):
        revert(draft, edit)


def test_undo_of_a_new_section_is_refused_once_it_holds_something() -> None:
    draft = small()
    edit = edits.add(draft, Kind.SECTION, root=Root.CORE)
    draft = apply(draft, edit)
    key = edit[-1].node.key
    draft = apply(draft, edits.add(draft, Kind.CRITERION, root=Root.CORE, parent=key))
    with pytest.raises(Stale):
        revert(draft, edit)


def test_undo_of_a_drop_is_refused_where_its_section_is_gone() -> None:
    draft = small()
    edit = edits.drop(draft, by_code(draft, "I.1").key)
    draft = apply(draft, edit)
    draft = apply(draft, edits.drop(draft, by_code(draft, "I").key))
    with pytest.raises(Stale):
        revert(draft, edit)


def test_gone_node_is_missing() -> None:
    draft = small()
    key = by_code(draft, "I.1").key
    draft = apply(draft, edits.drop(draft, key))
    for act in (edits.drop, edits.duplicate, edits.split):
        with pytest.raises(Missing):
            act(draft, key)


# ---- whatever officers do ----

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.text(max_size=8)
    | st.sampled_from(["10", "8,5", "-1", "1e9", "0", "ratio", "levels"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["code", "title", "max", "rule", "owner", "replaces", "evidence", "applies_to", "labels", "coefficient", "scale",
     "precision", "grades", "tie_breakers", "sections", "criteria", "bonus", "x"]
)  # fmt: skip
RULES = st.fixed_dictionaries(
    {"kind": st.sampled_from(["judged", "levels", "check", "checklist", "ratio", "steps", "count", "progress", "x"])},
    optional=dict.fromkeys(("levels", "steps", "items", "target", "floor", "each", "full_gain", "step", "unit"), PLAIN),
)
ACTS = st.sampled_from(
    ["fields", "rule", "add", "move", "step", "drop", "duplicate", "merge", "sections", "part", "split", "undo"]
)

MANY = ("merge", "sections", "part")


def act_on(draft: Draft, act: str, data: st.DataObject, done: list[Edit]) -> Edit:
    """One act of an officer, anywhere, with anything."""
    key = data.draw(st.sampled_from(sorted(draft.nodes)))
    node = draft.nodes[key]
    others = [None, *sorted(draft.nodes)]
    if act == "fields":
        return edits.set_fields(draft, key, {**node.fields, data.draw(KEYS): data.draw(PLAIN)})
    if act == "rule":
        return edits.set_fields(draft, key, {**node.fields, "rule": data.draw(RULES)})
    if act in ("add", "move"):
        root = data.draw(st.sampled_from(Root))
        parent, after = data.draw(st.sampled_from(others)), data.draw(st.sampled_from(others))
        if act == "add":
            return edits.add(draft, data.draw(st.sampled_from(Kind)), root=root, parent=parent, after=after)
        return edits.move(draft, key, root=root, parent=parent, after=after)
    if act == "step":
        return edits.step(draft, key, down=data.draw(st.booleans()))
    some = data.draw(st.lists(st.sampled_from(sorted(draft.nodes)), max_size=3)) if act in MANY else []
    if act == "merge":
        return edits.merge(draft, some)
    if act == "sections":
        return edits.merge_sections(draft, some)
    if act == "part":
        return edits.split_section(draft, key, some)
    if act == "undo":
        return revert(draft, data.draw(st.sampled_from(done))) if done else ()
    one_node = {"drop": edits.drop, "duplicate": edits.duplicate, "split": edits.split}
    return one_node[act](draft, key)


def content(draft: Draft) -> dict[int, Node]:
    """What a draft says, however often it was changed."""
    return {
        key: Node(key, node.kind, node.fields, node.root, node.parent, node.position)
        for key, node in draft.nodes.items()
    }


@given(
    st.sampled_from([EMPTY, small(), draft_of(load(FILES[-1].read_bytes()))]), st.lists(ACTS, max_size=12), st.data()
)
def test_no_sequence_of_acts_gives_a_draft_that_the_checker_cannot_explain(
    draft: Draft, acts: list[str], data: st.DataObject
) -> None:
    done: list[Edit] = []
    for act in acts:
        try:
            edit = act_on(draft, act, data, done)
        except Refusal:
            continue
        after = apply(draft, edit)
        for change in edit:
            assert change.before == draft.nodes.get(change.node.key)
            assert change.after is None or change.before is None or change.after.version > change.before.version
        assert content(apply(after, revert(after, edit))) == content(draft)
        assert len(after.in_order()) == len(after.nodes) - 1  # nothing is lost out of the tree
        assert after.next_key >= draft.next_key
        done.append(edit)
        draft = after
        reading = read(draft)
        assert (reading.criteria is None) <= bool(reading.faults)
        assert all(fault.key in draft.nodes and str(fault.phrase) for fault in reading.faults)
        if not reading.faults:
            assert isinstance(reading.criteria, CriteriaSet)
            again = read(draft_of(reading.criteria)).criteria
            assert again is not None
            assert again.sha256 == reading.criteria.sha256
