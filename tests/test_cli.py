"""The `emulation` command on files: output, exit codes (0 done, 1 refused, 2 wrong usage), errors on stderr alone."""

import errno
import gc
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from bench.rounds import criteria_yaml, write_sheets
from emulation.cli import main
from emulation.domain.criteria import load
from tests.domain import oracle

Data = dict[str, Any]
ROOT = Path(__file__).parents[1]
NINE = str(ROOT / "tests/data/nine-kinds.yaml")
FRAME = str(ROOT / "criteria/so-gddt-2012-2013.yaml")
LEAN = str(ROOT / "criteria/so-gddt-2021-2022.yaml")
ENTRIES: Data = {
    "I.1": {"part": 95, "whole": 98},
    "I.2": {"value": "95,5"},
    "I.3": {"points": "8,5"},
    "II.1": {"level": "Khá"},
    "II.2": {"met": True},
    "II.3": {"met": ["a", "c"]},
    "II.4": {"count": 3},
    "II.5": {"points": 2.52},
    "III.1": {"before": 90, "now": 92},
    "B.1": {"count": 3},
    "D.1": {"count": 1},
}


def run(*arguments: str | Path) -> Result:
    """The command with these arguments."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def process(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "emulation.cli", *map(str, arguments)],
        capture_output=True,
        timeout=60,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
    )


def refusal(result: Result) -> str:
    """What a refused command said; nothing on stdout, no traceback."""
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write a file: text, bytes or a value as JSON; gives its path."""

    def to(name: str, content: Any) -> Path:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return to


# ---- help and usage ----


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command and group."""
    found = [path]
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("path", commands(main), ids=" ".join)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_has_help(path: tuple[str, ...], flag: str) -> None:
    result = run(*path, flag)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: ")
    assert len(result.stdout.splitlines()) > 4


def test_commands_of_the_design_are_there() -> None:
    wanted = [
        ("criteria", "check"),
        ("criteria", "convert"),
        ("score",),
        ("rank",),
        ("report", "ranking"),
        ("certificates",),
        ("demo",),
        ("run",),
        ("db", "upgrade"),
        ("user", "add"),
        ("user", "reset"),
    ]
    assert set(wanted) <= set(commands(main))


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("criteria", "nothing"),
        ("criteria", "check"),
        ("criteria", "check", "--no-such-option", NINE),
        ("criteria", "check", str(ROOT)),
        ("score",),
        ("score", "--criteria", NINE),
        ("score", "--entries", NINE),
        ("rank",),
        ("rank", "--criteria", NINE),
        ("rank", "--sheets", NINE),
        ("rank", "--criteria", NINE, "--sheets", NINE, "extra"),
        ("rank", "--criteria", str(ROOT), "--sheets", NINE),
        ("rank", "--criteria", NINE, "--sheets", str(ROOT)),
        ("rank", "--criteria", NINE, "--sheets", NINE, "--json=yes"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2_on_stderr(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr


# ---- criteria check ----


def test_criteria_check_says_what_it_found() -> None:
    result = run("criteria", "check", FRAME, LEAN)
    assert (result.exit_code, result.stderr) == (0, "")
    hashes = [load(Path(path).read_bytes()).sha256 for path in (FRAME, LEAN)]
    assert result.stdout.splitlines() == [
        f"{FRAME}: đạt. so-gddt 2012-2013: 16 tiêu chí, 0 điểm thưởng, 0 điểm trừ, điểm nền 220, sha256 {hashes[0]}",
        f"{LEAN}: đạt. so-gddt 2021-2022: 31 tiêu chí, 4 điểm thưởng, 4 điểm trừ, điểm nền 100, sha256 {hashes[1]}",
    ]


def test_criteria_check_prints_every_problem_with_file_and_line(write: Any) -> None:
    text = Path(NINE).read_text(encoding="utf-8")
    broken = write("hai.yaml", text.replace("scale: 100", "scale: 0").replace("code: II.2\n", "code: I.1\n"))
    worse = write("ba.yaml", "a: [")
    result = run("criteria", "check", broken, NINE, worse)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{NINE}: đạt. ")
    assert result.stdout.count("\n") == 1
    assert result.stderr.splitlines() == [
        f"{broken}:7: scale: Thang điểm phải lớn hơn 0.",
        f"{broken}:58: I.1 code: Mã “I.1” dùng hai lần.",
        f"{worse}:1: Sai cú pháp YAML: kiểm tra thụt dòng, dấu ngoặc, dấu nháy, dấu hai chấm.",
    ]


OTHER = "“bo.yaml” là tệp {}; bộ tiêu chí là tệp XLSX, YAML hoặc JSON (UTF-8)."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", ": Tệp trống."),
        (b"x" * 2_200_000, ": Tệp lớn hơn 2 MB."),
        ("set: Tỷ".encode("utf-16"), f": {OTHER.format('UTF-16')}"),
        (b"\x89PNG\r\n\x1a\n", f": {OTHER.format('PNG')}"),
        (b"[" * 100_000, ":1: Cấu trúc lồng nhau không hợp lệ hoặc quá sâu."),
        (b"- a", ":1: Tệp phải là một bộ tiêu chí với các khóa set, version, title, ..."),
        (b"a: 1\na: 2", ":2: Khóa “a” viết hai lần."),
    ],
    ids=["empty", "large", "utf-16", "png", "bomb", "list", "duplicate"],
)
def test_file_that_is_no_criteria_set_is_refused_by_every_command(write: Any, content: bytes, sentence: str) -> None:
    path = write("bo.yaml", content)
    given = write("a.json", {})
    sheets = write("s.json", [])
    for arguments in (
        ("criteria", "check", path),
        ("criteria", "convert", path, path.with_name("ra.json")),
        ("score", "--criteria", path, "--entries", given),
        ("score", "--json", "--criteria", path, "--entries", given),
        ("rank", "--json", "--criteria", path, "--sheets", sheets),
    ):
        assert f"{path}{sentence}" in refusal(run(*arguments)).splitlines()


def test_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    missing = tmp_path / "không có.yaml"
    for arguments in (
        ("criteria", "check", missing),
        ("score", "--criteria", missing, "--entries", NINE),
        ("score", "--criteria", NINE, "--entries", missing),
        ("rank", "--criteria", NINE, "--sheets", missing),
        ("rank", "--criteria", missing, "--sheets", missing),
    ):
        assert refusal(run(*arguments)) == f"{missing}: không đọc được tệp (không có tệp này).\n"


def test_file_that_cannot_be_read_is_refused_by_name() -> None:
    unreadable = Path("/proc/self/mem")  # exists and opens, also for root, but its first bytes cannot be read
    sentence = f"{unreadable}: không đọc được tệp ({os.strerror(errno.EIO)}).\n"
    for arguments in (
        ("criteria", "check", unreadable),
        ("score", "--criteria", NINE, "--entries", unreadable),
        ("rank", "--criteria", NINE, "--sheets", unreadable),
    ):
        assert refusal(run(*arguments)) == sentence


def test_endless_file_is_refused_soon() -> None:
    assert refusal(run("criteria", "check", "/dev/zero")) == "/dev/zero: Tệp lớn hơn 2 MB.\n"
    assert "danh sách JSON" in refusal(run("rank", "--criteria", NINE, "--sheets", "/dev/zero"))


# ---- score ----


def test_score_json_says_everything(write: Any) -> None:
    result = run("score", "--json", "--criteria", NINE, "--entries", write("a.json", ENTRIES), "--tags", "x, dan-toc")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {
        "criteria": {"set": "thu", "version": "2021-2022", "sha256": load(Path(NINE).read_bytes()).sha256},
        "lines": {
            "I.1": "9.69",
            "I.2": "4.00",
            "I.3": "8.50",
            "II.1": "3.00",
            "II.2": "4.00",
            "II.3": "4.00",
            "II.4": "3.00",
            "II.5": "2.52",
            "III.1": "2.00",
            "III.2": None,
            "B.1": "1.50",
            "D.1": "0.50",
        },
        "sections": {
            "I": {"earned": "44.38", "base": "50.00"},
            "II": {"earned": "16.52", "base": "25.00"},
            "III": {"earned": "2.00", "base": "9.00"},
        },
        "base": "84.00",
        "earned": "62.90",
        "core": "74.88",
        "bonus": "1.50",
        "deductions": "0.50",
        "total": "75.88",
        "grade": "Hoàn thành",
        "unscored": ["III.2"],
        "not_applicable": [],
    }


def test_score_without_tags_names_what_does_not_apply(write: Any) -> None:
    entries = ENTRIES | {"III.1": {"not_applicable": True, "reason": "Mới thành lập"}}
    result = run("score", "--json", "--criteria", NINE, "--entries", write("a.json", entries))
    found = json.loads(result.stdout)
    assert (found["not_applicable"], found["unscored"]) == (["III.1", "III.2"], [])
    assert (found["base"], found["lines"]["III.1"], found["lines"]["III.2"]) == ("75.00", None, None)


def test_score_table_is_for_people(write: Any) -> None:
    entries = {key: ENTRIES[key] for key in ("I.1", "I.3", "II.2", "B.1")}
    result = run("score", "--criteria", NINE, "--entries", write("a.json", entries))
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert (result.exit_code, result.stderr) == (0, "")
    assert lines[0] == "I. Cải cách hành chính: 36,38 / 50,00"
    assert lines[1] == "I.1 9,69 / 10 Tỷ lệ thủ tục hành chính cung cấp dịch vụ công trực tuyến mức độ 4"
    assert lines[2] == "I.2 chưa kê khai / 5 Tỷ lệ báo cáo thống kê nộp đúng hạn"
    assert "III.2 không áp dụng / 4 Trang thông tin bằng tiếng dân tộc thiểu số" in lines
    assert lines[-10:] == [
        "Điểm thưởng:",
        "B.1 1,50 / 2 Giải pháp được Bộ giới thiệu nhân rộng",
        "Điểm đạt: 40,38",
        "Điểm nền: 80,00",
        "Điểm cơ bản: 50,48",
        "Điểm thưởng: 1,50",
        "Điểm trừ: 0,00",
        "Tổng điểm: 51,98",
        "Xếp loại: Hoàn thành",
        "Chưa kê khai: I.2, II.1, II.3, II.4, II.5, III.1",
    ]


def test_score_reads_yaml_entries_with_the_same_result(write: Any) -> None:
    text = """
I.1: {part: 95, whole: 98}
I.2: {value: 95.5}
I.3: {points: "8,5"}
II.1: {level: Khá}
II.2: {met: true}
II.3: {met: [a, c]}
II.4: {count: 3}
II.5: {points: 2.52}
III.1: {before: 90, now: 92}
B.1: {count: 3}
D.1:
  count: 1
"""
    expected = run("score", "--json", "--criteria", NINE, "--entries", write("a.json", ENTRIES)).stdout
    for name in ("a.yaml", "b.yml", "c.YAML"):
        result = run("score", "--json", "--criteria", NINE, "--entries", write(name, text))
        assert (result.exit_code, result.stdout) == (0, expected)


def test_score_of_an_empty_sheet_is_zero_and_says_what_is_missing(write: Any) -> None:
    result = run("score", "--json", "--criteria", NINE, "--entries", write("a.json", {}))
    found = json.loads(result.stdout)
    assert (result.exit_code, found["total"], found["grade"]) == (0, "0.00", "Chưa hoàn thành")
    assert len(found["unscored"]) == 9


GROUP = "Số liệu kê khai phải là một nhóm khóa và giá trị."
SHAPE = "Thiếu số liệu kê khai (entries): cần một nhóm {mã tiêu chí: số liệu}."
BROKEN_ENTRIES = [  # file name, content, what follows the file's name
    ("a.json", b"", [": Tệp trống."]),
    ("a.json", b"[]", [f": {SHAPE}"]),
    ("a.json", b"5", [f": {SHAPE}"]),
    ("a.json", b"{}{}", [": Còn dữ liệu sau dấu } cuối tệp."]),
    ("a.json", b'{"I.3": {"points": ', [": Tệp bị cắt cụt: thiếu phần cuối."]),
    (
        "a.json",
        b'{\n"I.3": {"points": 8,5}}',
        [': Sai cú pháp JSON ở dòng 2, gần “"I.3": {"points": 8,5}}”: kiểm tra dấu phẩy, dấu ngoặc, dấu nháy.'],
    ),
    ("a.json", b'{"a": ' * 100_000, [": Cấu trúc lồng nhau quá sâu."]),
    ("a.json", b"\xff\xfe{", [":1: Tệp không phải văn bản UTF-8."]),
    ("a.json", b" " * 2_200_000, [": Tệp lớn hơn 2 MB."]),
    ("a.json", b'{"I.3": {"points": 1}, "I.3": {"points": 2}}', [": I.3: Mã “I.3” có hai số liệu."]),
    ("a.json", b'{"I.3": {"points": 1, "points": 2}}', [": I.3: Khóa “points” viết hai lần."]),
    ("a.json", b'{"I.3": {"points": NaN}}', [": I.3: “NaN” không phải là một số."]),
    ("a.json", b'{"I.3": {"points": 1e400}}', [": I.3: Số 1E+400 quá lớn hoặc quá nhỏ."]),
    ("a.json", b'{"I.3": {"points": "\\ud800"}}', [": I.3: “\ufffd” không phải là một số."]),
    ("a.json", b'{"I.3": {"points": "\\u001b[2J"}}', [": I.3: “\ufffd[2J” không phải là một số."]),
    ("a.json", b'{"I.3": {"points": "8\\n5"}}', [": I.3: “8 5” không phải là một số."]),
    (
        "a.json",
        b'{"I.3": null, "IX.9": {}, "II.2": {"met": 1}, "II.4": 5}',
        [
            f": I.3: {GROUP}",
            f": II.4: {GROUP}",
            ": IX.9: Bộ tiêu chí không có mã “IX.9”.",
            ": II.2: Chọn đạt hoặc không đạt.",
        ],
    ),
    ("a.yaml", b"I.3: {points: 8,5}", [": I.3: Số liệu “5” không thuộc cách chấm “mức độ”."]),
    ("a.yaml", b"I.3: {points: 1}\nI.3: {points: 2}", [":2: Khóa “I.3” viết hai lần."]),
    ("a.yaml", b"I.3: &a {points: 1}", [":1: Không dùng neo và tham chiếu (&, *)."]),
    ("a.yaml", b"- I.3", [f": {SHAPE}"]),
    ("a.yaml", b"I.3: {points: .nan}", [": I.3: “.nan” không phải là một số."]),
]


@pytest.mark.parametrize(
    ("name", "content", "expected"), BROKEN_ENTRIES, ids=[f"{row[0]}-{row[1][:40]!r}" for row in BROKEN_ENTRIES]
)
def test_broken_entries_are_refused_by_file_and_code(
    write: Any, name: str, content: bytes, expected: list[str]
) -> None:
    path = write(name, content)
    for flags in ((), ("--json",)):
        said = refusal(run("score", *flags, "--criteria", NINE, "--entries", path))
        assert said.splitlines() == [f"{path}{line}" for line in expected]


def test_score_refuses_a_unit_to_which_nothing_applies(write: Any) -> None:
    data = json.loads(load(Path(NINE).read_bytes()).canonical)
    for section in data["sections"]:
        for leaf in section["criteria"]:
            leaf["applies_to"] = ["dân-tộc"]
    criteria, entries = write("bo.yaml", json.dumps(data, ensure_ascii=False)), write("a.json", {})
    assert refusal(run("score", "--criteria", criteria, "--entries", entries)) == (
        f"{entries}: Không có tiêu chí nào áp dụng cho đơn vị này: điểm nền bằng 0.\n"
    )
    result = run("score", "--json", "--criteria", criteria, "--entries", entries, "--tags", "da\u0302n-to\u0323\u0302c")
    assert json.loads(result.stdout)["base"] == "84.00"


# ---- rank ----


def units() -> list[Data]:
    """Three units of which two tie, and an excluded one."""
    weaker = ENTRIES | {"I.3": {"points": 1}}
    return [
        {"unit": "03", "name": "Sở Ba", "cluster": 2, "tags": [], "entries": ENTRIES, "excluded": None},
        {"unit": "04", "name": "Sở Bốn", "cluster": 1, "tags": [], "entries": ENTRIES, "excluded": "X.1"},
        {"unit": "01", "name": "Sở Một", "cluster": 1, "tags": [], "entries": weaker, "excluded": None},
        {"unit": "02", "name": "Sở Hai", "cluster": 1, "tags": [], "entries": ENTRIES, "excluded": None},
    ]


def test_rank_json_equals_the_oracle(write: Any) -> None:
    result = run("rank", "--json", "--criteria", NINE, "--sheets", write("s.json", units()))
    assert (result.exit_code, result.stderr) == (0, "")
    criteria = load(Path(NINE).read_bytes())
    data = json.loads(criteria.canonical)
    found = json.loads(result.stdout)
    assert found == {
        "criteria": {"set": "thu", "version": "2021-2022", "sha256": criteria.sha256},
        "results": oracle.ranking(data, [unit | {"cluster": str(unit["cluster"])} for unit in units()]),
    }
    assert [(row["unit"], row["rank_overall"]) for row in found["results"]] == [
        ("02", 1),
        ("03", 1),
        ("01", 3),
        ("04", None),
    ]


def test_rank_table_is_for_people(write: Any) -> None:
    incomplete = units()
    incomplete[2]["entries"] = {"I.1": {"part": 1, "whole": 3}}
    result = run("rank", "--criteria", NINE, "--sheets", write("s.json", incomplete))
    assert (result.exit_code, result.stderr) == (0, "")
    assert [" ".join(line.split()) for line in result.stdout.splitlines()] == [
        "Hạng Cụm Trong cụm Mã Tổng điểm Đơn vị, xếp loại",
        "1 1 1 02 79,63 Sở Hai; Hoàn thành",
        "1 2 1 03 79,63 Sở Ba; Hoàn thành",
        "3 1 2 01 8,33 Sở Một; Chưa hoàn thành; chưa có điểm: I.2, I.3, II.1, II.2, II.3, II.4, II.5, III.1",
        "– 1 – 04 79,63 Sở Bốn; không xếp hạng: X.1",
    ]


def test_rank_of_nobody_is_an_empty_ranking(write: Any) -> None:
    result = run("rank", "--json", "--criteria", NINE, "--sheets", write("s.json", []))
    assert (result.exit_code, json.loads(result.stdout)["results"]) == (0, [])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [": Tệp trống."]),
        (b"{}", [": Tệp phải là một danh sách JSON [ ... ] các đơn vị."]),
        (b'[{"unit": "01", "entries": {}}', [": #1: Tệp bị cắt cụt: thiếu phần cuối."]),
        (b'[{"unit": "01", "entries": {"I.3": {"points": 1', [": 01: I.3: Tệp bị cắt cụt: thiếu phần cuối."]),
        (b'[{"unit": "01", "entries": {"I.3": {"points": NaN}}}]', [": 01: I.3: “NaN” không phải là một số."]),
        (b"\x80", [": tệp không phải văn bản UTF-8."]),
        ("[]".encode("utf-16"), [": tệp không phải văn bản UTF-8."]),
        (
            b'[{"unit": "01", "entries": {"I.3": {"points": 11}, "IX.9": {}}}, {"unit": "01", "entries": {}}]',
            [
                ": 01: IX.9: Bộ tiêu chí không có mã “IX.9”.",
                ": 01: I.3: 11 điểm nằm ngoài khoảng từ 0 đến 10.",
                ": 01: Đơn vị có hai phiếu trong tệp.",
            ],
        ),
    ],
)
def test_rank_of_a_broken_file_names_unit_and_code_and_writes_nothing(
    write: Any, content: bytes, expected: list[str]
) -> None:
    path = write("s.json", content)
    for flags in ((), ("--json",)):
        said = refusal(run("rank", *flags, "--criteria", NINE, "--sheets", path))
        assert said.splitlines() == [f"{path}{line}" for line in expected]


def test_rank_says_that_there_are_more_problems_than_it_lists(write: Any) -> None:
    many = [{"unit": f"{i}", "entries": {"I.3": {"points": 11}}} for i in range(80)]
    said = refusal(run("rank", "--criteria", NINE, "--sheets", write("s.json", many))).splitlines()
    assert (len(said), said[-1]) == (51, "…")


def test_rank_switches_garbage_collection_on_again(write: Any) -> None:
    run("rank", "--criteria", NINE, "--sheets", write("s.json", []))
    assert gc.isenabled()
    refusal(run("rank", "--criteria", NINE, "--sheets", write("s.json", {})))
    assert gc.isenabled()


def test_rank_of_63_units_with_60_criteria_equals_the_oracle(write: Any, tmp_path: Path) -> None:
    sheets = tmp_path / "s.json"
    write_sheets(sheets, 63)
    result = run("rank", "--json", "--criteria", write("bo.yaml", criteria_yaml()), "--sheets", sheets)
    data = json.loads(load(criteria_yaml()).canonical)
    assert json.loads(result.stdout)["results"] == oracle.ranking(data, json.loads(sheets.read_text(), parse_float=str))


# ---- as a process ----


def test_process_prints_utf_8_whatever_the_locale(write: Any) -> None:
    sheets = write("s.json", units())
    latin = {"PYTHONIOENCODING": "latin-1"}
    plain_c = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for environment in ({}, plain_c, latin):
        for flags, shown in (((), "Tổng điểm"), (("--json",), '"grade": "Hoàn thành"')):
            done = process("rank", *flags, "--criteria", NINE, "--sheets", sheets, **environment)
            assert (done.returncode, done.stderr) == (0, b"")
            assert shown.encode() in done.stdout
        done = process("rank", "--criteria", NINE, "--sheets", NINE, **environment)
        assert "phải là một danh sách JSON".encode() in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("criteria", "check", NINE), 0),
        (("criteria", "check", "/dev/null"), 1),
        (("criteria", "check"), 2),
        (("score", "--criteria", NINE, "--entries", "/dev/null"), 1),
        (("rank", "--criteria", NINE, "--sheets", "/dev/null", "--json"), 1),
        (("rank", "--criteria", "/no/such/file", "--sheets", "/dev/null", "--json"), 1),
        (("rank", "--json"), 2),
    ],
)
def test_process_ends_with_its_exit_code_and_errors_on_stderr(arguments: tuple[str, ...], code: int) -> None:
    done = process(*arguments)
    assert done.returncode == code
    assert (done.stdout == b"") is bool(code)
    assert (done.stderr == b"") is not bool(code)
    assert b"Traceback" not in done.stderr


def test_process_that_reads_files_loads_neither_flask_nor_sqlalchemy() -> None:
    """Others call these commands in loops: they start without the web and the database."""
    code = (
        "import sys; from emulation.cli import main\n"
        f"try: main(['criteria', 'check', {NINE!r}])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('flask', 'sqlalchemy', 'weasyprint', 'plotly') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"


def test_messages_hold_no_english_and_no_python(write: Any) -> None:
    """Every sentence of the file commands that this module provokes is Vietnamese."""
    for name, content, _ in BROKEN_ENTRIES:
        said = refusal(run("score", "--criteria", NINE, "--entries", write(name, content)))
        assert not re.search(r"\b(expect|error|invalid|not|None|True|Decimal|line|column|char)\b", said, re.IGNORECASE)
