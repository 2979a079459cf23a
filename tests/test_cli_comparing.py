"""`emulation criteria diff` and `emulation criteria impact` on files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.rounds import criteria_yaml, write_sheets
from tests.domain.pairs import OLD, SMALL, Data, edited, leaf, take
from tests.domain.test_impact import A, B, C
from tests.test_cli import FRAME, LEAN, ROOT, process, refusal, run


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Old set, new set, sheets: section II counts four times and I once, I.3 got another code, II.2 and a level go."""

    def change(data: Data) -> None:
        data["sections"][0]["coefficient"], data["sections"][1]["coefficient"] = "1", "4"
        take(data, "II.2")
        leaf(data, "I.3").update(code="I.5", title="Hồ sơ", guidance="Tính cả năm học, theo ngày nhận. " * 4)
        leaf(data, "II.1")["rule"]["levels"].pop()

    old, new, sheets = tmp_path / "old.yaml", tmp_path / "new.yaml", tmp_path / "sheets.json"
    old.write_text(SMALL, encoding="utf-8")
    new.write_bytes(edited(change).canonical)
    rows: list[Data] = [
        {"unit": unit, "name": f"Sở {unit}", "cluster": cluster, "tags": [], "entries": entries, "excluded": excluded}
        for unit, cluster, entries, excluded in (
            ("a", "1", A, None),
            ("b", "1", B, None),
            ("c", "2", C, None),
            ("x", "2", A, "X.1"),
        )
    ]
    sheets.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return old, new, sheets


# ---- diff ----


def test_diff_of_equal_files(files: tuple[Path, Path, Path]) -> None:
    result = run("criteria", "diff", files[0], files[0])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Tiêu chí: 8 không đổi" in result.stdout
    assert result.stdout.endswith("\nHai bản không khác nhau.\n")
    found = json.loads(run("criteria", "diff", files[0], files[0], "--json").stdout)
    assert (found["same"], found["burden"]["grown"], found["head"]) == (True, [], [])


def test_diff_for_people(files: tuple[Path, Path, Path]) -> None:
    result = run("criteria", "diff", files[0], files[1])
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "Bản cũ:  thu 1, Bộ thử (minh họa)"
    assert lines[2] == "Tiêu chí: 5 không đổi, 1 đã sửa, 1 thêm mới, 2 đã bỏ"
    assert "Số tiêu chí: 8 → 7" in lines
    assert lines[lines.index("") + 1 :] == [
        "~ I Cải cách hành chính, 40 → 20 điểm [đã sửa]",
        "    Hệ số: 2 → 1",
        "  - I.3 Hồ sơ đúng hạn, 5 điểm [đã bỏ]",
        "  + I.5 Hồ sơ, 5 điểm [thêm mới]",
        "~ II Truyền thông, 14 → 40 điểm [đã sửa]",
        "    Hệ số: 1 → 4",
        "  ~ II.1 Chất lượng, 6 điểm [đã sửa]",
        "      Bậc “Kém”: 0 điểm → (bỏ)",
        "  - II.2 Danh mục việc, 4 điểm [đã bỏ]",
    ]
    everything = run("criteria", "diff", files[0], files[1], "--all").stdout
    assert "  = I.1 Dịch vụ công, 10 điểm [không đổi]" in everything.splitlines()


def test_diff_tells_long_words_under_each_other_and_names_owners(files: tuple[Path, Path, Path]) -> None:
    new = edited(lambda data: leaf(data, "I.1").update(owner="cuc-cntt", guidance="Tính cả năm học. " * 8))
    files[1].write_bytes(new.canonical)
    lines = run("criteria", "diff", files[0], files[1]).stdout.splitlines()
    assert lines[-4:] == [
        "      Đơn vị chấm: Văn phòng Bộ → Cục Công nghệ thông tin",
        "      Hướng dẫn:",
        "        - (không có)",
        f"        + {('Tính cả năm học. ' * 8).strip()}",
    ]


def test_diff_tells_moves_merges_likely_origins_and_doubts(files: tuple[Path, Path, Path]) -> None:
    def change(data: Data) -> None:
        data["sections"][1]["criteria"].append(take(data, "I.1"))
        take(data, "II.1")
        leaf(data, "II.2").update(code="II.9", replaces=["II.1", "II.2"])
        leaf(data, "II.3")["code"] = "II.7"
        leaf(data, "I.2").update(title="An toàn", rule={"kind": "external"})

    files[1].write_bytes(edited(change).canonical)
    lines = run("criteria", "diff", files[0], files[1]).stdout.splitlines()
    assert "  & II.9 Danh mục việc, 10 → 4 điểm [đã gộp từ II.1, II.2]" in lines
    assert "    Chuyển chỗ: từ lĩnh vực I sang lĩnh vực II" in [line.removeprefix("  ") for line in lines]
    likely = "có lẽ là mã mới của II.3 (tên, cách chấm và điểm tối đa như nhau)"
    assert likely in [line.strip() for line in lines]
    doubt = "Tên và cách chấm đều khác: có lẽ là tiêu chí khác dùng lại mã này."
    assert lines[lines.index("  ~ I.2 An toàn, 5 điểm [đã sửa]") + 1].strip() == doubt


def test_diff_as_json(files: tuple[Path, Path, Path]) -> None:
    result = run("criteria", "diff", files[0], files[1], "--json")
    found = json.loads(result.stdout)
    assert found["old"]["sha256"] == OLD.sha256
    assert found["counts"] == {
        **dict.fromkeys(("moved", "renumbered", "merged", "split"), 0),
        "same": 5,
        "changed": 1,
        "new": 1,
        "dropped": 2,
    }
    assert found["base"] == {"before": "54", "after": "60"}
    assert found["burden"]["before"] == {
        "criteria": 8,
        "evidence": 1,
        "figures": 7,
        "existing": 2,
        "choices": 4,
        "hours": 3.7,
    }
    [line] = [one for one in found["lines"] if one["code"] == "II.1"]
    assert line == {
        "kind": "criterion",
        "part": "core",
        "depth": 1,
        "status": "changed",
        "code": "II.1",
        "title": "Chất lượng",
        "origins": ["II.1"],
        "max_before": "6",
        "max": "6",
        "moved": False,
        "move": None,
        "probably": None,
        "is_doubtful": False,
        "changes": [{"aspect": "rule", "key": "rule.levels", "label": "Bậc “Kém”", "before": "0 điểm", "after": None}],
    }


def test_diff_of_a_broken_file_is_refused_with_its_line(files: tuple[Path, Path, Path]) -> None:
    files[1].write_text(SMALL.replace("max: 10", "max: mười"), encoding="utf-8")
    assert refusal(run("criteria", "diff", files[0], files[1])) == (
        f"{files[1]}:19: I.1 max: Khóa “max” phải là một số.\n"
    )
    missing = files[0].with_name("none.yaml")
    assert "không có tệp này" in refusal(run("criteria", "diff", missing, files[0], "--json"))


# ---- impact ----


def test_impact_for_people(files: tuple[Path, Path, Path]) -> None:
    result = run("criteria", "impact", *files[:2], "--sheets", files[2])
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    # common part: I.1, I.2, II.1, II.3; old base 30 + 10 of 54, new base 15 + 40 of 60
    assert lines[2] == "So sánh được 74,1 % điểm nền của bản cũ, 91,7 % điểm nền của bản mới (phần chung)."
    assert lines[3] == "Kendall tau-b giữa hai thứ hạng của phần chung: 0,333; mỗi đơn vị đổi trung bình 0,67 bậc."
    assert lines[4:7] == [
        "Đứng đầu cụm không đổi ở 1 trên 2 cụm:",
        "  cụm 1: năm trước a; phần chung a → b",
        "  cụm 2: năm trước c; phần chung c → c",
    ]
    # a: 28 + 7 = 35 of 40, then 14 + 28 = 42 of 55; b: 22 + 8 = 30, then 11 + 32 = 43
    # c without II.1: 10 + 4 = 14 of 34, then 5 + 16 = 21 of 31
    assert lines[7:13] == [
        "",
        "Năm trước Phần chung: cũ   mới   đổi   điểm cũ  điểm mới  Mã, đơn vị",
        "        1              1     2    −1     87,50     76,36  a Sở a",
        "        2              2     1    +1     75,00     78,18  b Sở b",
        "        3              3     3     0     41,18     67,74  c Sở c; không tính được: II.1",
        "        –              –     –     –     87,50     76,36  x Sở x; không xếp hạng: X.1",
    ]
    assert lines[13:] == [
        "",
        "Tiêu chí của bản mới không so sánh được:",
        "  I.5 Hồ sơ: Tiêu chí mới: năm trước không có số liệu.",
        "",
        "Tiêu chí có số liệu không tính lại được:",
        "  II.1 Chất lượng: 1 đơn vị, ví dụ: Không có bậc “Kém”.",
        "",
        "Tiêu chí của bản cũ không còn:",
        "  I.3 Hồ sơ đúng hạn: Bản mới bỏ tiêu chí này.",
        "  II.2 Danh mục việc: Bản mới bỏ tiêu chí này.",
    ]


def test_impact_as_json(files: tuple[Path, Path, Path]) -> None:
    found = json.loads(run("criteria", "impact", *files[:2], "--sheets", files[2], "--json").stdout)
    assert found["covered"] == {"before": 0.7407, "after": 0.9167}
    assert [(one["unit"], one["whole"]["rank_overall"], one["excluded"]) for one in found["units"]] == [
        *(("a", 1, None), ("b", 2, None), ("c", 3, None), ("x", None, "X.1")),
    ]
    first = found["units"][0]
    assert first["before"] == {"total": "87.50", "rank_in_cluster": 1, "rank_overall": 1}
    assert first["after"] == {"total": "76.36", "rank_in_cluster": 2, "rank_overall": 2}
    third = found["units"][2]
    assert third["refused"] == [{"code": "II.1", "reason": "Không có bậc “Kém”."}]
    by_code = {one["code"]: one for one in found["criteria"]}
    assert by_code["II.1"]["refusals"] == [{"example": "Không có bậc “Kém”.", "units": 1}]
    assert by_code["I.5"]["reason"] == "Tiêu chí mới: năm trước không có số liệu."
    assert [one["code"] for one in found["lost"]] == ["I.3", "II.2"]


def test_impact_of_a_set_on_itself_changes_nothing(files: tuple[Path, Path, Path]) -> None:
    found = json.loads(run("criteria", "impact", files[0], files[0], "--sheets", files[2], "--json").stdout)
    assert found["summary"] == {
        "units": 4,
        "ranked": 3,
        "kendall_tau_b": 1.0,
        "mean_shift": 0.0,
        "clusters": 2,
        "winners_kept": 2,
        "movers": [],
    }
    ranked = json.loads(run("rank", "--criteria", files[0], "--sheets", files[2], "--json").stdout)
    totals = {one["unit"]: (one["total"], one["rank_in_cluster"], one["rank_overall"]) for one in ranked["results"]}
    for one in found["units"]:
        assert one["whole"] == one["before"] == one["after"]
        assert tuple(one["after"].values()) == totals[one["unit"]]


BROKEN: list[Any] = [
    "",
    "{}",
    "[",
    '[{"unit": "a", "entries": {"I.1": {"part": 9}}}]',
    '[{"unit": "a", "entries": {"Z.1": {"part": 9}}}, {"unit": "a", "name": 7, "entries": []}]',
    '[{"unit": "a", "entries": {}, "points": 3}]',
    b"\xff\xfe",
]


@pytest.mark.parametrize("content", BROKEN)
def test_impact_refuses_broken_sheets_as_rank_does(files: tuple[Path, Path, Path], content: str | bytes) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    files[2].write_bytes(raw)
    said = refusal(run("criteria", "impact", *files[:2], "--sheets", files[2]))
    assert said == refusal(run("rank", "--criteria", files[0], "--sheets", files[2]))
    assert said == refusal(run("criteria", "impact", *files[:2], "--sheets", files[2], "--json"))


def test_impact_of_missing_sheets_is_wrong_usage(files: tuple[Path, Path, Path]) -> None:
    assert run("criteria", "impact", *files[:2]).exit_code == 2
    assert "không có tệp này" in refusal(run("criteria", "impact", *files[:2], "--sheets", files[0].with_name("x")))


def test_impact_reads_codes_in_decomposed_letters(tmp_path: Path) -> None:
    text = SMALL.replace("code: I.1", "code: Tỷ.1")
    (tmp_path / "old.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(text.replace("target: 100", "target: 90"), encoding="utf-8")
    rows = '[{"unit": "a", "entries": {"T\\u01b0\\u0300x": {}, "Ty\\u0309.1": {"part": 9, "whole": 10}}}]'
    (tmp_path / "sheets.json").write_text(rows.replace('"T\\u01b0\\u0300x": {}, ', ""), encoding="utf-8")
    result = run(
        *("criteria", "impact", tmp_path / "old.yaml", tmp_path / "new.yaml"),
        *("--sheets", tmp_path / "sheets.json", "--json"),
    )
    found = {one["code"]: one for one in json.loads(result.stdout)["criteria"]}
    assert (found["Tỷ.1"]["compared"], found["Tỷ.1"]["mean_share_after"]) == (1, 1.0)


def test_comparing_files_starts_without_web_database_or_numpy(files: tuple[Path, Path, Path]) -> None:
    script = (
        "import sys\n"
        "from emulation.cli import main\n"
        "try:\n"
        f"    main({['criteria', 'impact', *map(str, files[:2]), '--sheets', str(files[2])]!r})\n"
        "except SystemExit as stop:\n"
        "    assert not stop.code\n"
        "heavy = {'flask', 'sqlalchemy', 'weasyprint', 'numpy', 'openpyxl', 'docx'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)\n"
    )
    for command in (script, script.replace("'impact'", "'diff'").replace(f", '--sheets', {str(files[2])!r}", "")):
        done = subprocess.run([sys.executable, "-c", command], capture_output=True, cwd=ROOT, timeout=60)
        assert done.stderr.decode() == "[]\n"


def test_impact_says_on_a_terminal_how_far_it_is(tmp_path: Path) -> None:
    criteria, sheets = tmp_path / "criteria.yaml", tmp_path / "sheets.json"
    criteria.write_text(criteria_yaml(), encoding="utf-8")
    write_sheets(sheets, 500)
    terminal, end = os.openpty()
    try:
        command = [sys.executable, "-m", "emulation.cli", "criteria", "impact", str(criteria), str(criteria)]
        done = subprocess.run(
            [*command, "--sheets", str(sheets), "--json"], stdout=subprocess.PIPE, stderr=end, cwd=ROOT, timeout=60
        )
        said = os.read(terminal, 1000).decode()
    finally:
        os.close(end)
        os.close(terminal)
    assert said == "\r250 đơn vị\r500 đơn vị\r\033[K"
    assert json.loads(done.stdout)["summary"]["units"] == 500


def test_diff_of_the_shipped_sets_as_a_process() -> None:
    done = process("criteria", "diff", FRAME, LEAN)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Tiêu chí: 8 đã sửa, 31 thêm mới, 8 đã bỏ" in done.stdout.decode()
