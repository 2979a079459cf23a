"""The `emulation` command. Functions on files start without Flask and without a database."""

from __future__ import annotations

import errno
import gc
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from emulation.errors import Refusal
from emulation.words import Phrase, figure

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from emulation.domain.criteria import CriteriaSet
    from emulation.domain.scoring import Score

FILE = click.Path(dir_okay=False, path_type=Path)


class Failed(click.ClickException):
    """An error for the person at the terminal: the sentence on stderr, exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence as it is."""
        click.echo(self.message, err=True)


@contextmanager
def refusals() -> Iterator[None]:
    """A refusal of the application becomes its sentence on stderr."""
    try:
        yield
    except Refusal as error:
        raise Failed(str(error)) from error


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Đánh giá thi đua, khen thưởng các Sở Giáo dục và Đào tạo (emulation and commendation rounds)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # Vietnamese comes out whole whatever the terminal's locale says
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """A file that cannot be opened or read becomes a sentence."""
    try:
        yield
    except OSError as error:
        reasons = {errno.ENOENT: "không có tệp này", errno.EACCES: "không có quyền đọc", errno.EISDIR: "là một thư mục"}
        raise Failed(f"{path}: không đọc được tệp ({reasons.get(error.errno or 0, error.strerror)}).") from error


def read_bytes(path: Path) -> bytes:
    """The bytes of a file the user named; of one that is too large only so many that its size is refused."""
    from emulation.domain.source import LARGEST_BYTES

    with opening(path), path.open("rb") as file:
        return file.read(LARGEST_BYTES + 1)


def read_criteria(path: Path) -> CriteriaSet:
    """A criteria set from a file; problems go to stderr with file and line."""
    from emulation.domain.criteria import load
    from emulation.domain.source import Problems

    try:
        return load(read_bytes(path))
    except Problems as error:
        raise Failed("\n".join(located(path, problem) for problem in error.problems)) from error


def located(path: Path, problem: Any) -> str:
    """`file:line: sentence`, in one line and without signs that a terminal would obey."""
    from emulation.domain.source import CONTROL

    line = getattr(problem, "line", None)
    where = f"{path}:{line}" if line else str(path)
    return CONTROL.sub("\ufffd", " ".join(f"{where}: {problem}".split()))


# ---- criteria ----


@main.group()
def criteria() -> None:
    """Bộ tiêu chí (criteria sets)."""


@criteria.command("check")
@click.argument("files", nargs=-1, required=True, type=FILE)
def criteria_check(files: tuple[Path, ...]) -> None:
    """Check criteria FILES; every problem is printed with file and line. Exit code 1 if there is any."""
    from emulation.domain.numbers import half_up, units_to_points

    broken = False
    for path in files:
        try:
            found = read_criteria(path)
        except Failed as failure:
            failure.show()
            broken = True
            continue
        exact = found.base * 10**found.precision
        base = units_to_points(half_up(exact.numerator, exact.denominator), found.precision)
        click.echo(
            f"{path}: đạt. {found.set} {found.version}: {len(found.leaves)} tiêu chí, {len(found.bonus)} điểm thưởng, "
            f"{len(found.deductions)} điểm trừ, điểm nền {figure(base)}, sha256 {found.sha256}"
        )
    if broken:
        sys.exit(1)


# ---- score and rank ----


def read_entries(path: Path) -> tuple[dict[str, Any], list[tuple[str, Phrase]]]:
    """Entries `{code: entry}` of a JSON or YAML file, numbers exact, and what is wrong with the others, by code."""
    from emulation.domain.sheets_file import SheetProblems, entries_of, entries_text
    from emulation.domain.source import Problems, decode, read_tree

    try:
        text = decode(read_bytes(path))
        is_yaml = path.suffix.lower() in (".yaml", ".yml")
        return entries_of(read_tree(text).data if is_yaml else entries_text(text))
    except (Problems, SheetProblems) as error:
        raise Failed("\n".join(located(path, problem) for problem in error.problems)) from error


def score_json(score: Score) -> dict[str, Any]:
    """One sheet's score as plain values, numbers as text with the precision of the set."""
    found = score.criteria
    return {
        "criteria": {"set": found.set, "version": found.version, "sha256": found.sha256},
        "lines": {code: None if points is None else str(points) for code, points in score.lines.items()},
        "sections": {
            code: {"earned": str(score.section(code).earned), "base": str(score.section(code).base)}
            for code in found.section_by_code
        },
        "base": str(score.base),
        "earned": str(score.earned),
        "core": str(score.core),
        "bonus": str(score.bonus),
        "deductions": str(score.deductions),
        "total": str(score.total),
        "grade": score.grade,
        "unscored": score.unscored,
        "not_applicable": [code for code in score.lines if score.state(code) == "not_applicable"],
    }


@main.command()
@click.option("--criteria", "criteria_file", required=True, type=FILE, help="Criteria set (YAML).")
@click.option("--entries", "entries_file", required=True, type=FILE, help="Entries {code: entry} (JSON or YAML).")
@click.option("--tags", default="", help="Tags of the unit, separated by commas.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def score(criteria_file: Path, entries_file: Path, tags: str, as_json: bool) -> None:
    """Score one sheet: lines, sections, core, bonus, deductions, total, grade, unscored."""
    from emulation.domain.rules import spelling
    from emulation.domain.scoring import EntryRefused, Scorer
    from emulation.domain.sheets_file import SheetProblem

    found = read_criteria(criteria_file)
    entries, wrong = read_entries(entries_file)
    try:
        result = Scorer(found).score(entries, [spelled for tag in tags.split(",") if (spelled := spelling(tag))])
    except EntryRefused as error:
        wrong += [(one.code, one.phrase) for one in error.together]
    except Refusal as error:
        wrong.append(("", error.phrase))
    if wrong:
        raise Failed("\n".join(located(entries_file, SheetProblem("", code, phrase)) for code, phrase in wrong))
    if as_json:
        click.echo(json.dumps(score_json(result), ensure_ascii=False, indent=1))
        return
    print_score(result)


def print_score(result: Score) -> None:
    """A sheet's score as a table for people."""
    found = result.criteria
    places = found.precision
    show = {"not_applicable": "không áp dụng", "unscored": "chưa kê khai"}
    for section in found.section_by_code.values():
        if section.criteria:
            total = result.section(section.code)
            click.echo(
                f"{section.code}. {section.title}: {figure(total.earned, places=places)} / "
                f"{figure(total.base, places=places)}"
            )
        for leaf in section.criteria:
            points = result.lines[leaf.code]
            shown = figure(points, places=places) if points is not None else show[result.state(leaf.code)]
            click.echo(f"  {leaf.code:<8} {shown:>14} / {figure(leaf.max):<5} {leaf.title}")
    for title, leaves in (("Điểm thưởng", found.bonus), ("Điểm trừ", found.deductions)):
        given = [leaf for leaf in leaves if result.lines[leaf.code] is not None]
        if given:
            click.echo(f"{title}:")
        for leaf in given:
            points = result.lines[leaf.code]
            click.echo(
                f"  {leaf.code:<8} {figure(points or Decimal(0), places=places):>14} / "
                f"{figure(leaf.max):<5} {leaf.title}"
            )
    for label, value in (
        ("Điểm đạt", result.earned),
        ("Điểm nền", result.base),
        ("Điểm cơ bản", result.core),
        ("Điểm thưởng", result.bonus),
        ("Điểm trừ", result.deductions),
        ("Tổng điểm", result.total),
    ):
        click.echo(f"{label + ':':<14} {figure(value, places=places):>8}")
    click.echo(f"{'Xếp loại:':<14} {result.grade or 'không có'}")
    if result.unscored:
        click.echo(f"Chưa kê khai: {', '.join(result.unscored)}")


@main.command()
@click.option("--criteria", "criteria_file", required=True, type=FILE, help="Criteria set (YAML).")
@click.option("--sheets", "sheets_file", required=True, type=FILE, help="JSON list of sheets.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rank(criteria_file: Path, sheets_file: Path, as_json: bool) -> None:
    """Rank many sheets, inside their clusters and overall. A broken file writes nothing to stdout."""
    from emulation.domain.sheets_file import MOST_PROBLEMS, SheetProblems, ranking_json, standings_from

    found = read_criteria(criteria_file)
    gc.disable()  # one pass over values without cycles: collecting would only look at them again and again
    try:
        with opening(sheets_file), sheets_file.open(encoding="utf-8-sig") as file:
            standings = standings_from(found, file)
    except UnicodeDecodeError as error:
        raise Failed(f"{sheets_file}: tệp không phải văn bản UTF-8.") from error
    except SheetProblems as error:
        more = ["…"] if len(error.problems) >= MOST_PROBLEMS else []
        raise Failed("\n".join([*(located(sheets_file, problem) for problem in error.problems), *more])) from error
    finally:
        gc.enable()
    if as_json:
        for piece in ranking_json(found, standings):
            sys.stdout.write(piece)
        return
    places = found.precision
    click.echo(f"{'Hạng':>5} {'Cụm':>6} {'Trong cụm':>9} {'Mã':<8} {'Tổng điểm':>10}  Đơn vị, xếp loại")
    for standing in standings:
        said = [standing.name]
        if standing.excluded is not None:
            said.append(f"không xếp hạng: {standing.excluded}")
        elif standing.score.grade is not None:
            said.append(standing.score.grade)
        if standing.score.unscored:
            said.append(f"chưa có điểm: {', '.join(standing.score.unscored)}")
        click.echo(
            f"{standing.rank_overall or '–':>5} {standing.cluster or '–':>6} {standing.rank_in_cluster or '–':>9} "
            f"{standing.unit:<8} {figure(standing.score.total, places=places):>10}  {'; '.join(said)}"
        )


# ---- database ----


@contextmanager
def database() -> Iterator[Session]:
    """A writing session on the configured database; committed at the end."""
    from emulation.config import settings_from
    from emulation.db import make_engine, make_sessions, writing
    from emulation.schema import current_revision

    engine = make_engine(settings_from().database_url)
    if current_revision(engine) is None:
        raise Failed("Cơ sở dữ liệu chưa có bảng nào: chạy `emulation db upgrade` trước.")
    with make_sessions(engine)() as session, refusals():
        writing(session)
        yield session
        session.commit()


@main.group()
def db() -> None:
    """Cơ sở dữ liệu (database)."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the schema of this version."""
    from emulation.config import settings_from
    from emulation.db import make_engine
    from emulation.schema import current_revision, migrate

    engine = make_engine(settings_from().database_url)
    migrate(engine)
    click.echo(f"Cơ sở dữ liệu ở phiên bản {current_revision(engine)}.")


# ---- accounts ----


@main.group()
def user() -> None:
    """Tài khoản (accounts)."""


def print_invitation(invitation: Any) -> None:
    """The activation link and code; they are shown only now."""
    from emulation.config import VIETNAM, settings_from

    until = invitation.until.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
    click.echo(f"Tài khoản: {invitation.user.email}")
    click.echo(f"Kích hoạt: {invitation.link(settings_from().public_url)}")
    click.echo(f"Mã: {invitation.code} (một lần, đến {until})")


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="Full name.")
@click.option("--role", required=True, help="admin, department, reviewer, unit_officer, unit_director, ...")
@click.option("--title", default="", help="Post (chức vụ).")
@click.option("--unit", "unit_code", default=None, help="Code of the unit, for people of a unit.")
@click.option("--home-unit", "home_code", default=None, help="Code of a reviewer's own unit: conflict of interest.")
def user_add(email: str, name: str, role: str, title: str, unit_code: str | None, home_code: str | None) -> None:
    """Create an account and print its activation link and code, once."""
    from emulation.services.accounts import create_account
    from emulation.services.actor import Actor
    from emulation.services.units import find_unit

    with database() as session:
        invitation = create_account(
            session,
            Actor(None),
            email=email,
            name=name,
            role=role,
            title=title,
            unit=find_unit(session, unit_code) if unit_code else None,
            home_unit=find_unit(session, home_code) if home_code else None,
            now=datetime.now(UTC),
        )
    print_invitation(invitation)


@user.command("reset")
@click.argument("email")
def user_reset(email: str) -> None:
    """End the sessions of an account, forget its password and print a new activation link and code."""
    from emulation.services.accounts import find_account, reset_account
    from emulation.services.actor import Actor

    with database() as session:
        invitation = reset_account(session, Actor(None), find_account(session, email), now=datetime.now(UTC))
    print_invitation(invitation)


# ---- documents ----


def find_period(session: Session, code: str) -> Any:
    """The period with this code."""
    from emulation.services.periods import load_period

    period = load_period(session, code)
    if period is None:
        raise Failed(f"Không có kỳ đánh giá “{code}”.")
    return period


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name and rename it, so that it is there whole or not at all."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        raise Failed(f"{path}: không ghi được ({error.strerror}).") from error


@main.group()
def report() -> None:
    """Báo cáo (reports)."""


@report.command("ranking")
@click.option("--period", "code", required=True, help="Code of the period, e.g. 2021-2022.")
@click.option("--out", required=True, type=FILE, help="PDF to write.")
def report_ranking(code: str, out: Path) -> None:
    """The ranking report of a period as PDF; before publication it is marked as provisional."""
    from emulation.services.reports import ranking_report_pdf

    with database() as session:
        content = ranking_report_pdf(session, find_period(session, code))
    write_whole(out, content)
    click.echo(f"{out}: {len(content) // 1024} kB")


@main.command()
@click.option("--period", "period_code", help="Code of the period (with --award).")
@click.option("--award", "award_code", help="Code of the award (with --period).")
@click.option("--template", type=str, help="Template file, or the name of a shipped one (with --recipients).")
@click.option("--recipients", type=FILE, help="CSV of recipients (with --template).")
@click.option("--preprinted", is_flag=True, help="Only the text, for a pre-printed sheet (phôi).")
@click.option("--illustrative", is_flag=True, help="Mark every page as an example (minh họa).")
@click.option("--out", required=True, type=FILE, help="PDF to write.")
def certificates(
    period_code: str | None,
    award_code: str | None,
    template: str | None,
    recipients: Path | None,
    preprinted: bool,
    illustrative: bool,
    out: Path,
) -> None:
    """Certificates as one PDF: of a granted award (--period, --award), or from files without a database."""
    from_files = template is not None and recipients is not None
    from_database = period_code is not None and award_code is not None
    if from_files == from_database or (template is None) != (recipients is None):
        raise click.UsageError("Dùng --period cùng --award, hoặc --template cùng --recipients.")
    if template is not None and recipients is not None:
        from emulation.documents.certificates import certificates_from_files

        with refusals():
            count = certificates_from_files(
                template,
                recipients,
                out,
                mode="preprinted" if preprinted else "electronic",
                illustrative=illustrative,
            )
    else:
        from emulation.services.reports import certificates_pdf

        assert period_code is not None
        assert award_code is not None
        with database() as session:
            count = certificates_pdf(session, find_period(session, period_code), award_code, out)
    click.echo(f"{out}: {count} bằng")


# ---- server ----


def serve(settings_environment: dict[str, str], host: str, port: int, workers: int) -> None:
    """Replace this process by gunicorn."""
    os.environ.update(settings_environment)
    gunicorn = Path(sys.executable).with_name("gunicorn")
    arguments = [
        str(gunicorn),
        "emulation:create_app()",
        f"--bind={host}:{port}",
        f"--workers={workers}",
        "--threads=4",
        "--timeout=60",
        "--preload",
        "--no-control-socket",  # it would write into the home folder
    ]
    os.execv(arguments[0], arguments)  # noqa: S606  # no shell is wanted


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
def run(host: str, port: int, workers: int) -> None:
    """Serve the application; settings come from EMULATION_* variables. The schema is brought up to date first."""
    from emulation.config import settings_from
    from emulation.db import make_engine
    from emulation.schema import migrate

    engine = make_engine(settings_from().database_url)
    migrate(engine)
    engine.dispose()
    serve({}, host, port, workers)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--folder", default=None, type=click.Path(file_okay=False, path_type=Path), help="Default: var/demo.")
@click.option("--fresh", is_flag=True, help="Throw the demo database away and make a new one.")
@click.option("--no-serve", is_flag=True, help="Only make the database and print the accounts.")
def demo(host: str, port: int, folder: Path | None, fresh: bool, no_serve: bool) -> None:
    """Make the demo round (63 units, one finished round and one in progress) and serve it."""
    from emulation.config import ROOT
    from emulation.demo.make import make_demo

    folder = (folder or ROOT / "var" / "demo").resolve()
    with refusals():
        settings, accounts = make_demo(folder, fresh=fresh, public_url=f"http://{host}:{port}")
    click.echo("Bản trình diễn, mọi số liệu là minh họa. Tài khoản sẵn có:")
    for account in accounts:
        click.echo(f"  {account.email:<28} {account.password}   {account.who}")
    if no_serve:
        return
    click.echo(f"Mở http://{host}:{port} trong trình duyệt; dừng bằng Ctrl+C.")
    sys.stdout.flush()
    environment = {
        "EMULATION_DATABASE_URL": settings.database_url,
        "EMULATION_EVIDENCE_DIR": settings.evidence_dir,
        "EMULATION_PUBLIC_URL": settings.public_url,
        "EMULATION_DEMO": "1",
    }
    serve(environment, host, port, 2)


if __name__ == "__main__":
    main()
