"""The commands that need a database: accounts, the ranking report, certificates; and a database that is not there."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.cli import main
from emulation.cli.base import Failed, connected
from emulation.config import Settings
from emulation.models import PhaseWindow
from tests import filling, finished
from tests.mailbox import Inbox, free_port, serving
from tests.world import World


def run(url: str, *arguments: str | Path, address: str = "https://thidua.example", **env: str) -> Result:
    """The command with these arguments on this database; `address` is the public one of the settings."""
    runner = CliRunner(env={"EMULATION_DATABASE_URL": url, "EMULATION_PUBLIC_URL": address, **env})
    return runner.invoke(main, [str(argument) for argument in arguments])


def refusal(result: Result) -> str:
    """What a refused command said, in one line; nothing on stdout, no traceback."""
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1, result.stderr
    return result.stderr.strip()


def pages(path: Path) -> int:
    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


# ---- a database that is not there ----

FORM = "EMULATION_DATABASE_URL phải có dạng sqlite:///tệp hoặc postgresql+psycopg://người-dùng@máy-chủ/tên."
CLOSED = "Không mở được cơ sở dữ liệu ở EMULATION_DATABASE_URL: "
COMMANDS = [
    ("db", "upgrade"),
    ("run",),
    ("user", "reset", "a@thu.example"),
    ("report", "ranking", "--period", "2021-2022", "--out", "out.pdf"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("url", ["nonsense", "mysql://a:secret@b/c", "nonsense://a/b"])
def test_address_that_is_none_is_refused_by_every_command(url: str, command: tuple[str, ...]) -> None:
    assert refusal(run(url, *command)) == FORM


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_server_that_does_not_answer_is_refused_without_its_password(command: tuple[str, ...]) -> None:
    said = refusal(run("postgresql+psycopg://a:secret@127.0.0.1:1/c", *command))
    assert said.startswith(CLOSED)
    assert "127.0.0.1" in said
    assert "secret" not in said


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_file_that_is_no_database_is_refused(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "anh.png").write_bytes(b"\x89PNG\r\n\x1a\n" * 200)
    assert refusal(run(f"sqlite:///{tmp_path / 'anh.png'}", *command)) == f"{CLOSED}file is not a database."
    assert refusal(run(f"sqlite:///{tmp_path}", *command)) == f"{CLOSED}unable to open database file."
    nowhere = refusal(run(f"sqlite:///{tmp_path / 'anh.png' / 'a' / 'b.db'}", *command))
    assert nowhere.startswith(CLOSED if command in (("db", "upgrade"), ("run",)) else "Không có tệp cơ sở dữ liệu /")


@pytest.mark.parametrize("command", COMMANDS[2:], ids=" ".join)
def test_database_that_is_not_there_is_not_made_by_reading(tmp_path: Path, command: tuple[str, ...]) -> None:
    said = refusal(run(f"sqlite:///{tmp_path / 'go' / 'nham.db'}", *command))
    assert said.startswith(f"Không có tệp cơ sở dữ liệu {tmp_path / 'go' / 'nham.db'}: ")
    assert list(tmp_path.iterdir()) == []


def _write_at_once() -> None:
    with connected() as engine, engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        connection.exec_driver_sql("CREATE TABLE a (b)")


def test_database_that_is_locked_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMULATION_DATABASE_URL", f"sqlite:///{tmp_path / 'a.db'}")
    with closing(sqlite3.connect(tmp_path / "a.db")) as other:
        other.execute("PRAGMA journal_mode = WAL").close()
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Failed, match=r"đang bận.*database is locked"):
            _write_at_once()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LARGEST_FILE_MIB", "abc"), ("LARGEST_FILE_MIB", "-1"), ("LARGEST_FILE_MIB", "0"), ("UNIT_QUOTA_MIB", "x"),
        ("UNIT_QUOTA_MIB", ""), ("OVERDUE_REMINDERS", "1.5"), ("TRUSTED_PROXIES", "99"), ("CLAMD", "quatsch"),
        ("SECURE_COOKIES", "có"), ("EVIDENCE_DIR", " "),
    ],
)  # fmt: skip
def test_wrong_setting_is_refused_by_name_by_every_command(tmp_path: Path, name: str, value: str) -> None:
    url, variable = f"sqlite:///{tmp_path / 'a.db'}", f"EMULATION_{name}"
    for command in (*COMMANDS, ("criteria", "check", "x.yaml")):
        assert refusal(run(url, *command, **{variable: value})).startswith(f"{variable} ")
    assert list(tmp_path.iterdir()) == []


def test_run_refuses_a_folder_of_evidence_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    said = refusal(run(f"sqlite:///{tmp_path / 'a.db'}", "run", EMULATION_EVIDENCE_DIR=str(tmp_path / "x")))
    assert said == f"EMULATION_EVIDENCE_DIR: không tạo được thư mục {tmp_path / 'x'} (File exists)."


def test_database_without_tables_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "new.db").touch()
    said = refusal(run(f"sqlite:///{tmp_path / 'new.db'}", "user", "reset", "a@thu.example"))
    assert said == "Cơ sở dữ liệu chưa có bảng nào: chạy `emulation db upgrade` trước."


# ---- accounts ----


def test_first_account_is_made_and_reset(empty_database_url: str) -> None:
    upgraded = run(empty_database_url, "db", "upgrade")
    assert (upgraded.exit_code, upgraded.stderr) == (0, "")
    assert re.fullmatch(r"Cơ sở dữ liệu ở phiên bản \d{4}\.\n", upgraded.stdout)
    assert run(empty_database_url, "db", "upgrade").stdout == upgraded.stdout

    add = ("user", "add", "a@thu.example", "--name", "Trần An", "--role", "admin")
    added = run(empty_database_url, *add)
    assert (added.exit_code, added.stderr) == (0, "")
    assert "Tài khoản: a@thu.example" in added.stdout
    assert "https://thidua.example/activate" in added.stdout
    assert refusal(run(empty_database_url, *add)) == "Thư điện tử này đã có tài khoản."

    reset = run(empty_database_url, "user", "reset", "a@thu.example")
    assert (reset.exit_code, reset.stderr) == (0, "")
    assert reset.stdout != added.stdout
    assert refusal(run(empty_database_url, "user", "reset", "b@thu.example")) == "Không có tài khoản b@thu.example."


# ---- reminders ----


def test_reminders_are_listed_then_sent_once(db: Session, world: World, settings: Settings) -> None:
    for window in db.scalars(select(PhaseWindow)):
        window.closes_at = datetime.now(UTC) + timedelta(days=3)
    world.people["other_officer"].is_active = False
    db.commit()
    url, remind = settings.database_url, ("remind", "--period", "2021-2022")
    sender = {"EMULATION_MAIL_SENDER": "thidua@bo.example"}

    listed = run(url, *remind)
    assert (listed.exit_code, listed.stderr) == (0, "")
    assert listed.stdout.splitlines()[0] == "không có ai nhận thư: Hà Nam, Bạc Liêu, Cà Mau"
    assert listed.stdout.splitlines()[1] == (
        "sẽ gửi: unit-officer@thu.example (Thái Bình; còn 3 ngày): [Minh họa] Còn 3 ngày để nộp phiếu thi đua 2021-2022"
    )
    no_mail = "Chưa cài đặt máy chủ thư. Đặt biến EMULATION_SMTP_URL."
    assert listed.stdout.splitlines()[-2:] == ["2 thư sẽ gửi. Thêm --send để gửi.", no_mail]
    assert refusal(run(url, *remind, "--send")) == no_mail
    secret = {"EMULATION_SMTP_URL": f"smtp://u:bi-mat@127.0.0.1:{free_port()}"}
    down = run(url, *remind, "--send", **secret, **sender)
    assert (down.exit_code, "2 thư chưa gửi được" in down.stdout, "bi-mat" in down.output) == (1, True, False)

    inbox = Inbox()
    with serving(inbox) as port:
        mail = {"EMULATION_SMTP_URL": f"smtp://127.0.0.1:{port}", **sender}
        sent = run(url, *remind, "--send", **mail)
        assert (sent.exit_code, sent.stdout.splitlines()[-1]) == (0, "2 thư đã gửi")
        again = run(url, *remind, "--send", **mail)
        assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, "2 thư hôm nay đã nhắc")
    assert sorted(to for to, _ in inbox.letters) == [["department@thu.example"], ["unit-officer@thu.example"]]
    assert run(url, *remind).stdout.splitlines()[-2] == "Không có thư nào phải gửi."
    assert refusal(run(url, "remind", "--period", "1999")) == "Không có kỳ đánh giá “1999”."
    for command in (remind, ("run",)):
        assert refusal(run(url, *command, EMULATION_REMINDER_DAYS="bảy")).startswith("Ngày nhắc phải là")


# ---- documents ----


def test_report_and_certificates_of_a_published_round_are_written(
    db: Session, world: World, settings: Settings, tmp_path: Path
) -> None:
    finished.granted(db, world)
    url, report, batch = settings.database_url, tmp_path / "xep-hang.pdf", tmp_path / "bang.pdf"

    said = run(url, "report", "ranking", "--period", "2021-2022", "--out", report)
    assert (said.exit_code, said.stderr) == (0, "")
    assert pages(report) >= 2
    assert said.stdout == f"{report}: {report.stat().st_size // 1024} kB\n"

    said = run(url, "certificates", "--period", "2021-2022", "--award", "co", "--out", batch)
    assert (said.exit_code, said.stdout, said.stderr) == (0, f"{batch}: 2 bằng\n", "")
    assert pages(batch) == 2

    said = run(url, "certificates", "--period", "2021-2022", "--award", "co", "--preprinted", "--out", batch)
    assert (said.exit_code, said.stdout) == (0, f"{batch}: 2 bằng\n")
    said = run(url, "certificates", "--period", "2021-2022", "--award", "co", "--illustrative", "--out", batch)
    assert (said.exit_code, "--illustrative" in said.stderr) == (2, True)


def test_certificates_lead_to_the_public_address_of_the_settings(
    db: Session, world: World, settings: Settings, tmp_path: Path
) -> None:
    """Only their QR codes may differ: the same address gives the same bytes."""
    finished.granted(db, world)
    found = []
    for address in ("https://thidua.example", "https://thidua.example", "https://khac.example"):
        batch = tmp_path / f"{len(found)}.pdf"
        command = ("certificates", "--period", "2021-2022", "--award", "co", "--out", batch)
        run(settings.database_url, *command, address=address)
        found.append(batch.read_bytes())
    assert found[0] == found[1] != found[2]


def test_documents_of_what_does_not_exist_are_refused_and_nothing_is_written(
    db: Session, world: World, settings: Settings, tmp_path: Path
) -> None:
    url, out = settings.database_url, tmp_path / "a.pdf"
    said = refusal(run(url, "report", "ranking", "--period", "1999-2000", "--out", out))
    assert said == "Không có kỳ đánh giá “1999-2000”."
    said = refusal(run(url, "certificates", "--period", "2021-2022", "--award", "none", "--out", out))
    assert "none" in said
    for command in (("report", "ranking"), ("certificates", "--award", "co")):
        said_of_word = run(url, *command, "--period", "2021-2022", "--out", tmp_path / "a.docx")
        assert said_of_word.exit_code == 2
        assert "--out: tên tệp phải kết thúc bằng .pdf." in said_of_word.stderr
    assert list(tmp_path.iterdir()) == []


# ---- evidence ----


def test_evidence_of_a_unit_is_written_as_zip_and_as_pdf(
    db: Session, world: World, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filling.fill(db, world, settings)
    monkeypatch.setenv("EMULATION_EVIDENCE_DIR", settings.evidence_dir)
    of_unit = ("evidence", "export", "--period", "2021-2022", "--unit")
    packed, bound = tmp_path / "mc.zip", tmp_path / "mc.pdf"

    done = run(settings.database_url, *of_unit, "34", "--out", packed)
    assert (done.exit_code, done.stdout.startswith(f"{packed}: 2 minh chứng, ")) == (0, True)
    with zipfile.ZipFile(packed) as found:
        assert len(found.namelist()) == 3
    done = run(settings.database_url, *of_unit, "34", "--out", bound)
    assert done.stdout.startswith(f"{bound}: 2 minh chứng, 3 trang, 0 chỉ ghi trong mục lục, ")
    assert pages(bound) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mc.pdf", "mc.zip"]

    url = settings.database_url
    nowhere = refusal(run(url, *of_unit, "34", "--out", tmp_path / "x" / "a.zip"))
    assert nowhere.endswith("không ghi được (No such file or directory).")
    assert refusal(run(url, *of_unit, "99", "--out", packed)) == "Không có đơn vị mã 99."
    assert refusal(run(url, "evidence", "export", "--period", "x", "--unit", "34", "--out", packed)) == (
        "Không có kỳ đánh giá “x”."
    )
    assert run(url, *of_unit, "34", "--out", tmp_path / "a.rar").exit_code == 2

    lost = run(url, *of_unit, "34", "--out", packed, EMULATION_EVIDENCE_DIR=str(tmp_path / "sai"))
    assert (lost.exit_code, packed.exists(), len(lost.stderr.splitlines())) == (1, True, 2)
    assert lost.stderr.splitlines()[0].endswith("): Không tìm thấy tệp trên máy chủ")
