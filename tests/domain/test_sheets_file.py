"""Many sheets in one JSON file: read in pieces, ranked as the oracle ranks them, refused by unit and code."""

import json
import unicodedata
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulation.domain.criteria import CriteriaSet, load
from emulation.domain.sheets_file import (
    CHUNK,
    LARGEST_UNIT,
    MOST_PROBLEMS,
    SheetProblem,
    SheetProblems,
    ranking_json,
    read_units,
    standings_from,
)
from tests.domain import oracle
from tests.domain.invented import TAGS, sets, sheets_of

Data = dict[str, Any]
KINDS = load((Path(__file__).parents[1] / "data/nine-kinds.yaml").read_bytes())


def ranked(criteria: CriteriaSet, text: str) -> Data:
    """What `emulation rank --json` prints."""
    return dict(json.loads("".join(ranking_json(criteria, standings_from(criteria, StringIO(text))))))


def problems(text: str, criteria: CriteriaSet = KINDS) -> list[tuple[str, str, str]]:
    """Unit, code and sentence of everything found wrong."""
    with pytest.raises(SheetProblems) as refused:
        standings_from(criteria, StringIO(text))
    return [(problem.unit, problem.code, str(problem.phrase)) for problem in refused.value.problems]


def sheet(unit: Any = "01", **more: Any) -> Data:
    """One unit's object; its entries are empty unless given."""
    return {"unit": unit, "name": f"Sở {unit}", "cluster": "1", "tags": [], "entries": {}, "excluded": None} | more


def dump(*units: Any) -> str:
    """A sheets file."""
    return json.dumps(units, ensure_ascii=False)


# ---- results ----


def test_empty_list_gives_empty_results() -> None:
    assert ranked(KINDS, " [ ] ") == {
        "criteria": {"set": "thu", "version": "2021-2022", "sha256": KINDS.sha256},
        "results": [],
    }


def test_result_has_the_keys_of_the_format_in_order_and_numbers_as_text() -> None:
    entries = {
        "I.1": {"part": 95, "whole": 98},
        "I.3": {"points": "8,5"},
        "II.2": {"met": True},
        "III.1": {"not_applicable": True},
        "B.1": {"count": 9},
        "D.1": {"count": 1},
    }
    found = ranked(KINDS, dump(sheet(entries=entries)))
    assert list(found) == ["criteria", "results"]
    assert found["results"] == [
        {
            "unit": "01",
            "name": "Sở 01",
            "cluster": "1",
            "base": "75.00",
            "earned": "40.38",
            "core": "53.84",
            "bonus": "2.00",
            "deductions": "0.50",
            "total": "55.34",
            "grade": "Hoàn thành",
            "rank_in_cluster": 1,
            "rank_overall": 1,
            "excluded": None,
            "unscored": ["I.2", "II.1", "II.3", "II.4", "II.5"],
            "lines": {
                "I.1": "9.69",
                "I.2": None,
                "I.3": "8.50",
                "II.1": None,
                "II.2": "4.00",
                "II.3": None,
                "II.4": None,
                "II.5": None,
                "III.1": None,
                "III.2": None,
                "B.1": "2.00",
                "D.1": "0.50",
            },
        }
    ]
    assert list(found["results"][0]) == [
        *("unit", "name", "cluster", "base", "earned", "core", "bonus", "deductions", "total", "grade"),
        *("rank_in_cluster", "rank_overall", "excluded", "unscored", "lines"),
    ]


def test_order_is_by_overall_rank_then_unit_and_excluded_last() -> None:
    def with_points(unit: str, points: int, cluster: str | None, excluded: str | None = None) -> Data:
        return sheet(unit, entries={"I.3": {"points": points}}, cluster=cluster, excluded=excluded)

    found = ranked(
        KINDS,
        dump(
            with_points("09", 10, "2", "X.1"),
            with_points("07", 5, "1"),
            with_points("03", 5, "2"),
            with_points("05", 9, "1"),
            with_points("02", 1, None),
            with_points("01", 10, "1", "X.1"),
            with_points("04", 5, "1"),
            with_points("06", 4, "1"),
        ),
    )
    places = [(row["unit"], row["rank_overall"], row["rank_in_cluster"], row["excluded"]) for row in found["results"]]
    assert places == [
        ("05", 1, 1, None),
        ("03", 2, 1, None),
        ("04", 2, 2, None),
        ("07", 2, 2, None),
        ("06", 5, 4, None),
        ("02", 6, None, None),
        ("01", None, None, "X.1"),
        ("09", None, None, "X.1"),
    ]


@st.composite
def rounds(draw: Any) -> tuple[Data, list[Data]]:
    """A set and its units, often with equal totals."""
    data = draw(sets())
    pool = [draw(sheets_of(data)) for _ in range(draw(st.integers(1, 4)))]
    units = []
    for i in range(draw(st.integers(0, 7))):
        entries, tags = draw(st.sampled_from(pool))
        units.append(
            {
                "unit": f"{(i * 5) % 7:02d}",
                "name": draw(st.sampled_from(["Sở A", "Sở Ầ", ""])),
                "cluster": draw(st.sampled_from(["1", "2", None])),
                "tags": tags,
                "entries": entries,
                "excluded": draw(st.sampled_from([None, None, None, "X.1"])),
            }
        )
    return data, units


def exact(value: Any) -> Any:
    """Decimals as JSON numbers with the digits they were written with."""
    if isinstance(value, Decimal):
        return float(value) if Decimal(repr(float(value))) == value else f"{value:f}"
    raise TypeError


@settings(max_examples=80)
@given(rounds())
def test_ranking_equals_the_oracle(invented: tuple[Data, list[Data]]) -> None:
    data, units = invented
    criteria = load(json.dumps(data))
    text = json.dumps(units, default=exact)
    if any(not oracle.Sheet(data, unit["entries"], set(unit["tags"])).base for unit in units):
        assert problems(text, criteria)
        return
    assert ranked(criteria, text)["results"] == oracle.ranking(data, units)


def test_each_tie_breaker_decides_in_its_turn() -> None:
    leaf = {"title": "x", "max": "10", "rule": {"kind": "external"}}
    gain = {"title": "x", "max": "10", "rule": {"kind": "progress", "full_gain": "10"}}
    data: Data = {
        "set": "x",
        "version": "1",
        "title": "x",
        "status": "illustrative",
        "sections": [
            {"code": "I", "title": "x", "coefficient": "2", "criteria": [leaf | {"code": "a"}, gain | {"code": "p"}]},
            {"code": "II", "title": "x", "criteria": [leaf | {"code": "b"}]},
        ],
        "bonus": [leaf | {"code": "B"}],
        "deductions": [leaf | {"code": "D"}],
    }

    def unit(code: str, **points: int) -> Data:
        entries: Data = {key: {"points": value} for key, value in points.items() if key != "p"}
        entries["p"] = {"before": 0, "now": points["p"]}
        return sheet(code, entries=entries)

    units = [
        unit("1", a=2, p=1, b=4, B=0, D=0),  # total 10, II 4, I 6
        unit("2", a=3, p=1, b=2, B=1, D=1),  # total 10, I 8
        unit("3", a=1, p=3, b=2, B=1, D=1),  # total 10, I 8, more progress
        unit("4", a=1, p=1, b=4, B=3, D=1),  # total 10, I 4, more bonus
    ]
    expected = {
        (): [1, 1, 1, 1],
        ("deductions",): [1, 2, 2, 2],
        ("bonus",): [4, 2, 2, 1],
        ("progress",): [2, 2, 1, 2],
        ("section:I",): [3, 1, 1, 4],
        ("section:II",): [1, 3, 3, 1],
        ("section:II", "deductions", "section:I", "progress"): [1, 4, 3, 2],
        ("deductions", "section:I", "progress"): [1, 3, 2, 4],
    }
    for breakers, places in expected.items():
        data["tie_breakers"] = list(breakers)
        rows = ranked(load(json.dumps(data)), dump(*units))["results"]
        assert {row["total"] for row in rows} == {"10.00"}
        assert [row["rank_overall"] for row in sorted(rows, key=lambda row: row["unit"])] == places, breakers
        assert rows == oracle.ranking(data, units)


def test_tie_breaker_progress_counts_progress_in_core_and_bonus_but_not_in_deductions() -> None:
    gain = {"title": "x", "max": "10", "rule": {"kind": "progress", "full_gain": "10"}}
    given = {"title": "x", "max": "10", "rule": {"kind": "external"}}
    data: Data = {
        "set": "x",
        "version": "1",
        "title": "x",
        "status": "illustrative",
        "tie_breakers": ["progress"],
        "sections": [
            {"code": "I", "title": "x", "coefficient": "3", "criteria": [gain | {"code": "p"}, given | {"code": "a"}]}
        ],
        "bonus": [gain | {"code": "bp"}, given | {"code": "b"}],
        "deductions": [gain | {"code": "dp"}, given | {"code": "d"}],
    }

    def unit(code: str, **points: int) -> Data:
        entries = {key: {"before": 0, "now": n} if key[-1] == "p" else {"points": n} for key, n in points.items()}
        return sheet(code, entries=entries)

    units = [
        unit("1", p=1, a=1, b=4, d=2),  # progress 1, total 8
        unit("2", a=2, bp=4, d=2),  # progress 4
        unit("3", a=2, b=4, dp=2),  # progress 0
        unit("4", p=1, a=1, bp=2, b=2, dp=2),  # progress 3
    ]
    rows = ranked(load(json.dumps(data)), dump(*units))["results"]
    assert [(row["unit"], row["rank_overall"], row["total"]) for row in rows] == [
        ("2", 1, "8.00"),
        ("4", 2, "8.00"),
        ("1", 3, "8.00"),
        ("3", 4, "8.00"),
    ]
    assert rows == oracle.ranking(data, units)


def test_ranks_do_not_depend_on_names_or_on_the_order_of_the_file() -> None:
    units = [sheet(f"{i:02d}", name=f"Sở {90 - i}", entries={"I.3": {"points": i % 3}}) for i in range(12)]
    assert ranked(KINDS, dump(*units)) == ranked(KINDS, dump(*units[::-1]))


# ---- what is read ----


def test_text_is_composed_and_trimmed_and_numbers_of_clusters_are_text() -> None:
    name = "Sở Giáo dục và Đào tạo " + "Bà Rịa - Vũng Tàu " * 4
    decomposed = unicodedata.normalize("NFD", f"  {name}")
    found = ranked(KINDS, dump(sheet(" 01 ", name=decomposed, cluster=3, tags=[unicodedata.normalize("NFD", "x")])))
    row = found["results"][0]
    assert (row["unit"], row["name"], row["cluster"]) == ("01", name.strip(), "3")
    assert len(row["name"]) > 90


def test_cluster_3_and_cluster_text_3_are_the_same() -> None:
    units = [sheet("01", cluster=3, entries={"I.3": {"points": 2}}), sheet("02", cluster="3")]
    assert [row["rank_in_cluster"] for row in ranked(KINDS, dump(*units))["results"]] == [1, 2]


def test_everything_but_unit_and_entries_may_be_left_out() -> None:
    row = ranked(KINDS, '[{"unit": "01", "entries": {}}]')["results"][0]
    assert (row["name"], row["cluster"], row["excluded"], row["base"]) == ("01", None, None, "80.00")
    assert (row["rank_overall"], row["rank_in_cluster"]) == (1, None)
    assert ranked(KINDS, '[{"unit": "01", "entries": {}, "tags": null, "name": ""}]')["results"] == [row]


def test_tags_decide_what_applies_in_either_spelling() -> None:
    data = json.loads(KINDS.canonical)
    data["sections"][2]["criteria"][1]["applies_to"] = ["dân-tộc"]
    criteria = load(json.dumps(data, ensure_ascii=False))
    tags = unicodedata.normalize("NFD", "dân-tộc")
    assert ranked(criteria, dump(sheet(tags=[tags])))["results"][0]["base"] == "84.00"


def test_json_numbers_are_exact() -> None:
    text = dump(sheet(entries={"I.3": {"points": 0}, "II.5": {"points": 1}}))
    assert '"points": 1' in text
    found = ranked(KINDS, text.replace('"points": 1', '"points": 1.005'))
    assert found["results"][0]["lines"]["II.5"] == "1.01"
    found = ranked(KINDS, text.replace('"points": 1', '"points": 25e-1'))
    assert found["results"][0]["lines"]["II.5"] == "2.50"


# ---- read in pieces ----


def test_file_larger_than_a_chunk_is_read_whole() -> None:
    units = [sheet(f"{i:05d}", name="Đơn vị " + "ầ" * 300, entries={"I.3": {"points": "8,5"}}) for i in range(6000)]
    text = dump(*units)
    assert len(text) > 2 * CHUNK
    assert list(read_units(StringIO(text))) == units


@pytest.mark.parametrize("shift", [0, 1, 2, 3, 5, 8, 13, 40, 80])
def test_chunk_border_may_fall_anywhere(shift: int) -> None:
    units = [sheet("01", entries={"I.3": {"points": Decimal("8.25")}}), sheet("02", name='Sở "Hai" \\ ]}')]
    text = json.dumps(units, ensure_ascii=False, default=float).replace("}, {", "} \n,\n {")
    border = text.index("8.25") + 2 - shift
    padded = " " * (CHUNK - border) + text
    assert padded[CHUNK - 1 : CHUNK + 1] == text[border - 1 : border + 1]
    assert list(read_units(StringIO(padded))) == units
    after = text.index("} \n,") + shift % 4
    assert list(read_units(StringIO(" " * (CHUNK - after) + text))) == units


class Trickle(StringIO):
    """A file that gives few characters at a time, as a pipe may."""

    def read(self, size: int | None = -1, /) -> str:
        """At most seven characters."""
        return super().read(min(7, size) if size and size > 0 else 7)


def test_file_that_comes_in_trickles_is_read_whole() -> None:
    units = [sheet(f"{i}", entries={"I.3": {"points": i}}) for i in range(9)]
    text = json.dumps(units, ensure_ascii=False, indent=2)
    assert list(read_units(Trickle(text))) == units
    with pytest.raises(SheetProblems):
        list(read_units(Trickle(text[:-1])))


# ---- refused ----

NO_LIST = "Tệp phải là một danh sách JSON [ ... ] các đơn vị."
NO_UNIT = "Mỗi phần tử của danh sách phải là một đơn vị { ... }."
CUT = "Tệp bị cắt cụt: thiếu phần cuối."
DEEP = "Cấu trúc lồng nhau quá sâu."
SIGNS = ": kiểm tra dấu phẩy, dấu ngoặc, dấu nháy."
OK = '{"unit": "01", "entries": {}}'
BROKEN = [  # text, unit, code, sentence
    ("", "", "", "Tệp trống."),
    ("  \n", "", "", "Tệp trống."),
    ("{}", "", "", NO_LIST),
    (OK, "", "", NO_LIST),
    ('"abc"', "", "", NO_LIST),
    ("null", "", "", NO_LIST),
    ("NaN", "", "", NO_LIST),
    ("\x00", "", "", NO_LIST),
    ("unit,points\n01,5", "", "", NO_LIST),
    ("[", "", "", CUT),
    (f"[{OK}", "#1", "", CUT),
    (f"[{OK},", "#1", "", CUT),
    (f"[{OK}, 5]", "#2", "", NO_UNIT),
    ("[[]]", "#1", "", NO_UNIT),
    (f"[{OK}, ]", "#2", "", NO_UNIT),
    (f"[, {OK}]", "#1", "", NO_UNIT),
    ("[null]", "#1", "", NO_UNIT),
    (f"[{OK} {OK}]", "#1", "", "Thiếu dấu phẩy hoặc dấu ] sau đơn vị này."),
    (f"[{OK}]]", "", "", "Còn dữ liệu sau dấu ] cuối danh sách."),
    (f"[{OK}] []", "", "", "Còn dữ liệu sau dấu ] cuối danh sách."),
    (f"[{OK}, {{\"unit\": \"02\", \"entries\": {{\"I.3\": {{\"points\"", "02", "I.3", CUT),
    (f"[{OK}, {{\"unit\": \"02\", \"entries\": {{\"I.3\": {{\"points\": \"8", "02", "I.3", CUT),
    (f"[{OK}, {{\"unit\": \"02\"", "02", "", CUT),
    (f"[{OK},\n{{\"unit\": \"02\",\n\"entries\": {{\"I.1\": {{\"part\": 8,5, \"whole\": 98}}}}}}]", "02", "I.1",
     f"Sai cú pháp JSON ở dòng 3, gần “{{\"I.1\": {{\"part\": 8,5, \"whole\"”{SIGNS}"),
    ('[{"unit": "01" "entries": {}}]', "01", "",
     f"Sai cú pháp JSON ở dòng 1, gần “{{\"unit\": \"01\" \"entries\":”{SIGNS}"),
    ('[{"unit": \'01\'}]', "#1", "", f"Sai cú pháp JSON ở dòng 1, gần “{{\"unit\": '01'}}]”{SIGNS}"),
    ('[{"unit": "01", "entries": {"I.2": {"met": True}}}]', "01", "I.2",
     f"Sai cú pháp JSON ở dòng 1, gần “s\": {{\"I.2\": {{\"met\": True}}}}}}]”{SIGNS}"),
    ('[{"unit": "01", "entries": {"I.2": ' + '{"a":' * 100_000, "01", "a", DEEP),
    ('[{"unit": "01", "x": ' + "[" * 100_000 + "]" * 100_000 + "}]", "01", "", DEEP),
]  # fmt: skip


@pytest.mark.parametrize(("text", "unit", "code", "sentence"), BROKEN, ids=[repr(row[0][:60]) for row in BROKEN])
def test_broken_json_is_refused_by_unit_and_code(text: str, unit: str, code: str, sentence: str) -> None:
    assert problems(text) == [(unit, code, sentence)]


GROUP = "Số liệu kê khai phải là một nhóm khóa và giá trị."
WRONG = [  # one unit's object as JSON, unit, code, sentence
    ({"entries": {}}, "#1", "", "Thiếu mã đơn vị (unit), viết trong dấu nháy kép."),
    (sheet(1), "#1", "", "Thiếu mã đơn vị (unit), viết trong dấu nháy kép."),
    (sheet(""), "#1", "", "Thiếu mã đơn vị (unit), viết trong dấu nháy kép."),
    (sheet("  "), "#1", "", "Thiếu mã đơn vị (unit), viết trong dấu nháy kép."),
    (sheet(None), "#1", "", "Thiếu mã đơn vị (unit), viết trong dấu nháy kép."),
    (sheet(["01"]), "#1", "", "Thiếu mã đơn vị (unit), viết trong dấu nháy kép."),
    (sheet("0\x001", name=""), "#1", "", "Thiếu mã đơn vị (unit), viết trong dấu nháy kép."),
    (sheet("\ud800", name=""), "#1", "", "Thiếu mã đơn vị (unit), viết trong dấu nháy kép."),
    (sheet(name=5), "01", "", "Tên đơn vị (name) phải là văn bản."),
    (sheet(name="Sở\x1b[2J"), "01", "", "Tên đơn vị (name) phải là văn bản."),
    (sheet(name="Sở \udfff"), "01", "", "Tên đơn vị (name) phải là văn bản."),
    (sheet(cluster=True), "01", "", "Cụm thi đua (cluster) phải là văn bản hoặc null."),
    (sheet(cluster=1.5), "01", "", "Cụm thi đua (cluster) phải là văn bản hoặc null."),
    (sheet(cluster=""), "01", "", "Cụm thi đua (cluster) phải là văn bản hoặc null."),
    (sheet(cluster=[1]), "01", "", "Cụm thi đua (cluster) phải là văn bản hoặc null."),
    (sheet(tags="dan-toc"), "01", "", "Đặc điểm đơn vị (tags) phải là một danh sách văn bản."),
    (sheet(tags=[1]), "01", "", "Đặc điểm đơn vị (tags) phải là một danh sách văn bản."),
    (sheet(tags=0), "01", "", "Đặc điểm đơn vị (tags) phải là một danh sách văn bản."),
    (sheet(tags=False), "01", "", "Đặc điểm đơn vị (tags) phải là một danh sách văn bản."),
    (sheet(tags={"dan-toc": True}), "01", "", "Đặc điểm đơn vị (tags) phải là một danh sách văn bản."),
    (sheet(excluded=""), "01", "", "Căn cứ loại trừ (excluded) phải là văn bản hoặc null."),
    (sheet(excluded=False), "01", "", "Căn cứ loại trừ (excluded) phải là văn bản hoặc null."),
    (sheet(excluded=["X.1"]), "01", "", "Căn cứ loại trừ (excluded) phải là văn bản hoặc null."),
    (sheet(entry={}), "01", "", "Không có khóa “entry”."),
    (sheet(**{"k" * 99: 1}), "01", "", f"Không có khóa “{'k' * 40}”."),
    (sheet(entries=None), "01", "", "Thiếu số liệu kê khai (entries): cần một nhóm {mã tiêu chí: số liệu}."),
    (sheet(entries=[]), "01", "", "Thiếu số liệu kê khai (entries): cần một nhóm {mã tiêu chí: số liệu}."),
    (sheet(entries={"IX.9": {"met": True}}), "01", "IX.9", "Bộ tiêu chí không có mã “IX.9”."),
    (sheet(entries={"": {"met": True}}), "01", "", "Bộ tiêu chí không có mã “”."),
    (sheet(entries={"I.3": None}), "01", "I.3", GROUP),
    (sheet(entries={"I.3": 8.5}), "01", "I.3", GROUP),
    (sheet(entries={"I.3": [8]}), "01", "I.3", GROUP),
    (sheet(entries={"I.3": "8,5"}), "01", "I.3", GROUP),
    (sheet(entries={"I.3": {}}), "01", "I.3", "Thiếu hoặc thừa số liệu: cần points."),
    (sheet(entries={"I.3": {"points": "8,5,1"}}), "01", "I.3",
     "“8,5,1” không phải là một số: chỉ dùng một dấu thập phân, ví dụ 1234,5."),
    (sheet(entries={"I.3": {"points": 11}}), "01", "I.3", "11 điểm nằm ngoài khoảng từ 0 đến 10."),
    (sheet(entries={"I.1": {"part": 99, "whole": 98}}), "01", "I.1", "Số đạt 99 lớn hơn tổng số 98."),
    (sheet(entries={"I.1": {"not_applicable": True}}), "01", "I.1", "Tiêu chí này không được khai “không áp dụng”."),
]  # fmt: skip


@pytest.mark.parametrize(("unit", "name", "code", "sentence"), WRONG, ids=[json.dumps(row[0])[:60] for row in WRONG])
def test_wrong_sheet_is_refused_by_unit_and_code(unit: Data, name: str, code: str, sentence: str) -> None:
    assert problems(json.dumps([unit])) == [(name, code, sentence)]
    assert problems(json.dumps([sheet("00"), sheet("02"), unit]).replace("#1", "#3"))[0][1:] == (code, sentence)


NUMBERS = [  # a JSON number, sentence
    ("NaN", "“NaN” không phải là một số."),
    ("Infinity", "“Infinity” không phải là một số."),
    ("-Infinity", "“-Infinity” không phải là một số."),
    ("1e400", "Số 1E+400 quá lớn hoặc quá nhỏ."),
    ("1e-400", "Số 1E-400 quá lớn hoặc quá nhỏ."),
    ("1e99999999999999999999", "“1e99999999999999999999” không phải là một số."),
    ("1" * 5000, f"Số {'1' * 60} quá lớn hoặc quá nhỏ."),
    ("-" + "1" * 5000, f"Số -{'1' * 59} quá lớn hoặc quá nhỏ."),
    ("0." + "1" * 5000, "Số này có quá nhiều chữ số."),
    ("true", "Cần một số, ví dụ 8,5."),
    ("null", "Chưa nhập số."),
    ("[8]", "Cần một số, ví dụ 8,5."),
    ('"\\ud800"', "“\ud800” không phải là một số."),
]


@pytest.mark.parametrize(("number", "sentence"), NUMBERS, ids=[row[0][:30] for row in NUMBERS])
def test_number_that_is_none_is_refused_by_unit_and_code(number: str, sentence: str) -> None:
    text = '[{"unit": "01", "cluster": 1, "entries": {"I.2": {"value": 5}, "I.3": {"points": NUMBER}}}]'
    assert problems(text.replace("NUMBER", number)) == [("01", "I.3", sentence)]


def test_repeated_unit_code_and_key_are_refused() -> None:
    assert problems(dump(sheet("01"), sheet("02"), sheet(" 01 "))) == [("01", "", "Đơn vị có hai phiếu trong tệp.")]
    assert problems(dump(sheet("Huế"), sheet("Hue\u0302\u0301"))) == [("Huế", "", "Đơn vị có hai phiếu trong tệp.")]
    assert problems('[{"unit": "01", "entries": {"I.3": {"points": 1}, "I.3": {"points": 2}}}]') == [
        ("01", "I.3", "Mã “I.3” có hai số liệu.")
    ]
    assert problems('[{"unit": "01", "entries": {"I.3": {"points": 1, "points": 2}}}]') == [
        ("01", "I.3", "Khóa “points” viết hai lần.")
    ]
    assert problems('[{"unit": "01", "unit": "02", "entries": {}}]') == [("02", "", "Khóa “unit” viết hai lần.")]


def test_every_problem_of_every_unit_is_told() -> None:
    first = sheet("01", cluster=True, tag=[], entries={"I.3": {"points": 11}, "II.2": {"met": 1}, "IX": {}, "D.1": 5})
    second = sheet("02", entries={"I.1": {"part": 2, "whole": 1}, "B.1": {"count": -1}})
    assert problems(dump(first, sheet("03"), second, sheet("03"))) == [
        ("01", "D.1", GROUP),
        ("01", "", "Không có khóa “tag”."),
        ("01", "", "Cụm thi đua (cluster) phải là văn bản hoặc null."),
        ("01", "IX", "Bộ tiêu chí không có mã “IX”."),
        ("01", "I.3", "11 điểm nằm ngoài khoảng từ 0 đến 10."),
        ("01", "II.2", "Chọn đạt hoặc không đạt."),
        ("02", "I.1", "Số đạt 2 lớn hơn tổng số 1."),
        ("02", "B.1", "−1 nhỏ hơn 0."),
        ("03", "", "Đơn vị có hai phiếu trong tệp."),
    ]


def test_problems_found_before_the_file_breaks_are_kept() -> None:
    text = dump(sheet("01", entries={"I.3": {"points": 11}}))[:-1] + ', {"unit": "02", '
    assert [(unit, code) for unit, code, _ in problems(text)] == [("01", "I.3"), ("02", "")]


def test_very_many_problems_are_cut_off() -> None:
    units = [sheet(f"{i}", entries={"I.3": {"points": 11}, "II.2": {}, "I.2": {}}) for i in range(200)]
    found = problems(dump(*units))
    assert MOST_PROBLEMS <= len(found) <= MOST_PROBLEMS + 3


def test_unit_to_which_nothing_applies_is_refused() -> None:
    data = json.loads(KINDS.canonical)
    for section in data["sections"]:
        for leaf in section["criteria"]:
            leaf["applies_to"] = ["dan-toc"]
    criteria = load(json.dumps(data))
    assert problems(dump(sheet("01", tags=["dan-toc"]), sheet("02")), criteria) == [
        ("02", "", "Không có tiêu chí nào áp dụng cho đơn vị này: điểm nền bằng 0.")
    ]


def test_excluded_unit_is_checked_as_any_other() -> None:
    assert problems(dump(sheet("01", excluded="X.1", entries={"I.3": {"points": 11}})))[0][:2] == ("01", "I.3")


def test_unit_beyond_the_largest_size_is_refused_without_reading_on() -> None:
    file = StringIO('[{"unit": "01", "name": "' + "x" * (2 * LARGEST_UNIT) + '", "entries": {}}]')
    with pytest.raises(SheetProblems) as refused:
        standings_from(KINDS, file)
    assert str(refused.value) == "01: Số liệu của một đơn vị lớn hơn 8 MB."
    assert file.tell() < LARGEST_UNIT + 3 * CHUNK


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(["unit", "name", "cluster", "tags", "entries", "excluded", "x"])
CODES = st.sampled_from([*KINDS.by_code, "IX.9", ""])
ENTRY = st.dictionaries(
    st.sampled_from(["points", "met", "part", "whole", "value", "not_applicable"]), JSON, max_size=2
)


@settings(max_examples=100)
@given(st.data())
def test_any_broken_sheet_is_ranked_or_refused_by_unit(draw: st.DataObject) -> None:
    broken = sheet("02", tags=draw.draw(st.lists(st.sampled_from(TAGS))))
    broken["entries"] = draw.draw(st.dictionaries(CODES, ENTRY | JSON, max_size=3))
    if draw.draw(st.booleans()):
        broken[draw.draw(FIELDS)] = draw.draw(JSON)
    judge(json.dumps([sheet("01"), broken]), has_unit=True)


@settings(max_examples=75)
@given(st.data())
def test_any_broken_text_is_ranked_or_refused(draw: st.DataObject) -> None:
    entries: Data = {"I.1": {"part": 95, "whole": 98}, "II.3": {"met": ["a"]}, "III.1": {"not_applicable": True}}
    text = json.dumps([sheet("01", entries=entries), sheet("02")], indent=draw.draw(st.sampled_from([None, 1])))
    start = draw.draw(st.integers(0, len(text)))
    piece = draw.draw(st.sampled_from(["", ",", '"', "{", "]", "\\", "\n", "e", "-", "9", "NaN", "\x00", "}"]))
    judge(text[:start] + piece + text[start + draw.draw(st.integers(0, 6)) :], has_unit=False)


def judge(text: str, *, has_unit: bool) -> None:
    """Rank it: results, or problems with sentences; any other exception is a failure."""
    results: list[Data] = []
    found: list[SheetProblem] = []
    try:
        results = ranked(KINDS, text)["results"]
    except SheetProblems as error:
        found = error.problems
    assert bool(found) or not has_unit or len(results) == 2
    assert all(str(problem.phrase)[-1] == "." for problem in found)
    assert all(problem.unit for problem in found) or not has_unit
