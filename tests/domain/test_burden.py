"""The burden meter: what each kind of criterion asks, which figures stand ready, what counts as grown."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.domain.burden import (
    Burden,
    asks_for_value,
    burden,
    burden_of,
    estimates,
    from_existing_data,
    grown,
    measures,
)
from emulation.domain.criteria import CriteriaSet, Criterion, load
from emulation.domain.figures import figures_of
from emulation.domain.rules import KINDS, Ratio, Steps
from tests.domain.invented import rules

FOLDER = Path(__file__).parents[2]
LEAN = load((FOLDER / "criteria/so-gddt-2021-2022.yaml").read_bytes())
FRAME = load((FOLDER / "criteria/so-gddt-2012-2013.yaml").read_bytes())
NINE = load((FOLDER / "tests/data/nine-kinds.yaml").read_bytes())
PLAIN = "Sổ theo dõi của Sở"
READY = "Cơ sở dữ liệu ngành"


def criterion(rule: dict[str, Any], **more: Any) -> Criterion:
    return Criterion.model_validate({"code": "I.1", "title": "Tiêu chí", "max": 4, "rule": rule} | more)


LEVELS = [{"label": "Tốt", "points": 4}, {"label": "Chưa", "points": 0}]
ITEMS = [{"code": code, "label": code, "points": 1} for code in "abc"]
ASKS = [  # rule, more keys, what it asks, minutes by hand
    ({"kind": "ratio", "target": 100, "unit": "%"}, {}, Burden(1, 0, figures=2), "60"),
    ({"kind": "ratio", "target": 100, "unit": "%"}, {"source": READY}, Burden(1, 0, figures=2, existing=2), "10"),
    ({"kind": "ratio", "target": 100, "unit": "%"}, {"labels": {"value": "Tỷ lệ"}}, Burden(1, 0, figures=1), "30"),
    ({"kind": "steps", "steps": [{"from": 9, "points": 4}], "unit": "điểm"}, {}, Burden(1, 0, figures=1), "30"),
    ({"kind": "steps", "steps": [{"from": 9, "points": 4}], "unit": "%"}, {}, Burden(1, 0, figures=2), "60"),
    ({"kind": "count", "each": 1}, {"evidence": {"required": True}}, Burden(1, 1, figures=1), "50"),
    ({"kind": "progress", "full_gain": 5}, {}, Burden(1, 0, figures=2), "60"),
    ({"kind": "judged"}, {}, Burden(1, 0, figures=1, judgements=1), "45"),
    ({"kind": "judged"}, {"source": READY}, Burden(1, 0, figures=1, judgements=1), "45"),
    ({"kind": "levels", "levels": LEVELS}, {"source": READY}, Burden(1, 0, choices=1), "10"),
    ({"kind": "check"}, {"evidence": {"required": False}}, Burden(1, 0, choices=1), "10"),
    ({"kind": "checklist", "items": ITEMS}, {"evidence": {"required": True}}, Burden(1, 1, choices=3), "50"),
    ({"kind": "external"}, {"source": READY, "evidence": {"required": True}}, Burden(1), "0"),
]


@pytest.mark.parametrize(("rule", "more", "asked", "minutes"), ASKS)
def test_burden_of_each_kind(rule: dict[str, Any], more: dict[str, Any], asked: Burden, minutes: str) -> None:
    found = burden_of(criterion(rule, **more))
    assert found == asked
    assert found.minutes == Decimal(minutes)


def test_every_kind_has_a_row_in_the_table() -> None:
    assert {rule["kind"] for rule, *_ in ASKS} == set(KINDS)


@given(st.data(), st.sampled_from(["%", "", "điểm", " % "]), st.sampled_from([{}, {"value": "A"}, {"part": "A"}]))
def test_burden_counts_the_figures_that_the_form_asks_for(
    draw: st.DataObject, unit: str, labels: dict[str, str]
) -> None:
    rule = draw.draw(rules("4"))
    if rule["kind"] in ("ratio", "steps"):
        rule["unit"] = unit
    one = criterion(rule, labels=labels)
    asked = figures_of(one.rule, labels)
    assert burden_of(one).figures == len(asked)
    if isinstance(one.rule, Ratio | Steps):
        assert asks_for_value(one) == (asked == ("value",))


# ---- figures that stand ready ----


def test_ready_figures_of_the_shipped_sets_are_those_a_reader_finds() -> None:
    """Read by a person, source by source; the others are paper, or need something besides the system."""
    assert [leaf.code for leaf in LEAN.all_criteria if from_existing_data(leaf)] == [
        *("II.1", "II.2", "III.2", "III.3", "III.4", "IV.1", "IV.2", "IV.3", "IV.4", "VI.6", "TR.1", "TR.3"),
    ]
    assert not any(from_existing_data(leaf) for leaf in FRAME.all_criteria)


@pytest.mark.parametrize(
    ("source", "ready"),
    [
        ("", False),
        (PLAIN, False),
        ("Cơ sở dữ liệu ngành", True),
        ("CƠ SỞ DỮ LIỆU NGÀNH", True),
        ("Số liệu đầu năm trên cơ sở dữ liệu ngành", True),
        ("Cơ sở dữ liệu ngành và báo cáo của Sở", False),
        ("Báo cáo của Sở; cơ sở dữ liệu ngành", False),
        ("Cơ sở dữ liệu ngành hoặc sổ của trường", False),
        ("Cơ sở dữ liệu của Sở", False),
        ("Danh sách tin, bài do Trung tâm Truyền thông và Sự kiện lập", True),
    ],
)
def test_source_is_ready_only_where_it_names_a_system_and_nothing_besides(source: str, ready: bool) -> None:
    assert from_existing_data(criterion({"kind": "count", "each": 1}, source=source)) is ready


# ---- the whole set ----


def test_burden_of_a_set_adds_up_its_criteria() -> None:
    """By hand: ratio 2, steps by value 1, judged 1, levels, check, checklist of two, count 1, progress 2 ..."""
    found = burden(NINE)
    assert found == sum((burden_of(leaf) for leaf in NINE.all_criteria), Burden())
    assert found.criteria == 12
    assert burden(LEAN) == Burden(39, 28, figures=46, existing=17, choices=21, judgements=2)
    # 27 figures to find out x 30 + 17 ready x 5 + 2 judgements x 45 + 21 choices x 10 + 28 evidences x 20 minutes
    assert burden(LEAN).minutes == 27 * 30 + 17 * 5 + 2 * 45 + 21 * 10 + 28 * 20
    assert burden(LEAN).hours == Decimal("29.3")  # 1755 : 60 = 29.25
    assert burden(FRAME) == Burden(16, 0, figures=16, judgements=16)


def test_minutes_are_data_and_every_kind_of_work_has_some() -> None:
    assert set(estimates().minutes) == {"figure", "existing", "choice", "judgement", "evidence"}
    assert all(minutes > 0 for minutes in estimates().minutes.values())


# ---- against another version ----

BEFORE = Burden(10, 4, figures=12, existing=4, choices=5, judgements=2)


def test_measures_stand_beside_those_of_the_other_version() -> None:
    found = measures(Burden(9, 4, figures=12, existing=6, choices=5, judgements=2), BEFORE)
    assert [(one.key, one.value, one.before, one.growth, one.is_worse) for one in found] == [
        ("criteria", 9, 10, -1, False),
        ("evidence", 4, 4, 0, False),
        ("figures", 12, 12, 0, False),
        ("existing", 6, 4, 2, False),
        ("choices", 5, 5, 0, False),
        # 4 x 30 + 6 x 5 + 5 x 10 + 2 x 45 + 4 x 20 = 370 minutes; before 6 x 30 + 4 x 5 + 220 = 420
        ("hours", Decimal("6.2"), Decimal("7.0"), Decimal("-0.8"), False),
    ]
    assert [(one.before, one.growth, one.is_worse) for one in measures(BEFORE)] == [(None, None, False)] * 6


@pytest.mark.parametrize(
    ("now", "warnings"),
    [
        (BEFORE, []),
        (Burden(8, 2, figures=10, existing=4, choices=5, judgements=2), []),
        (
            Burden(11, 4, figures=12, existing=4, choices=5, judgements=2),
            ["Thêm 1 tiêu chí: 10 thành 11."],
        ),
        (
            Burden(10, 6, figures=12, existing=4, choices=5, judgements=2),
            ["Đòi thêm 2 minh chứng bắt buộc: 4 thành 6.", "Mỗi đơn vị mất thêm khoảng 0,7 giờ: 7 thành 7,7."],
        ),
        (
            Burden(10, 4, figures=12, existing=3, choices=5, judgements=2),
            ["Đơn vị phải tự tìm thêm 1 số liệu: 8 thành 9.", "Mỗi đơn vị mất thêm khoảng 0,4 giờ: 7 thành 7,4."],
        ),
        (
            Burden(10, 4, figures=13, existing=5, choices=5, judgements=2),
            ["Đơn vị phải nhập thêm 1 số liệu: 12 thành 13.", "Mỗi đơn vị mất thêm khoảng 0,1 giờ: 7 thành 7,1."],
        ),
        (
            Burden(10, 4, figures=12, existing=4, choices=8, judgements=2),
            [
                "Đơn vị phải đánh dấu thêm 3 lựa chọn: 5 thành 8.",
                "Mỗi đơn vị mất thêm khoảng 0,5 giờ: 7 thành 7,5.",
            ],
        ),
    ],
)
def test_grown_warns_of_everything_that_asks_more(now: Burden, warnings: list[str]) -> None:
    assert [str(phrase) for phrase in grown(now, BEFORE)] == warnings


def test_a_set_is_never_heavier_than_itself_and_always_than_itself_without_a_criterion() -> None:
    assert grown(burden(LEAN), burden(LEAN)) == []
    shorter = json.loads(LEAN.canonical)
    del shorter["sections"][0]["criteria"][1]
    lighter = burden(CriteriaSet.model_validate(shorter))
    assert "Thêm 1 tiêu chí: 38 thành 39." in [str(phrase) for phrase in grown(burden(LEAN), lighter)]
    assert grown(lighter, burden(LEAN)) == []
