"""`emulation evidence ...`: the evidence of a unit."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from emulation.cli.base import FILE, Failed, database, find_period, require_ending
from emulation.words import tidy_line


@click.group()
def evidence() -> None:
    """Minh chứng (evidence)."""


@evidence.command("export")
@click.option("--period", "code", required=True, help="Code of the period, e.g. 2021-2022.")
@click.option("--unit", "unit_code", required=True, help="Code of the unit.")
@click.option("--out", required=True, type=FILE, help="FILE.zip (every file and an index) or FILE.pdf (one document).")
def evidence_export(code: str, unit_code: str, out: Path) -> None:
    """All evidence of a unit in one ZIP, or as one merged PDF, in the order of the criteria.

    Files that are missing or damaged on disk are named on stderr and in the index; the exit code is 1 then.
    """
    from emulation.config import VIETNAM, settings_from
    from emulation.documents.evidence_book import write_book
    from emulation.documents.evidence_zip import stream_zip, trouble_with
    from emulation.services.evidence_exports import evidence_folder
    from emulation.services.sheets import sheet_in
    from emulation.services.units import find_unit

    require_ending(out, ".zip", ".pdf")
    with database(writes=False) as session:
        sheet = sheet_in(session, find_period(session, code), find_unit(session, unit_code).id)
        if sheet is None:
            raise Failed(f"Đơn vị “{unit_code}” không tham gia kỳ đánh giá “{code}”.")
        folder = evidence_folder(session, sheet, folder=Path(settings_from().evidence_dir))
    documents = list({id(one): one for chapter in folder.chapters for one, _ in chapter.cited}.values())
    count = len(documents)
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        if out.suffix.lower() == ".zip":
            with unfinished.open("wb") as file:
                for chunk in stream_zip(folder, made_at=datetime.now(VIETNAM)):
                    file.write(chunk)
            said = f"{count} minh chứng"
        else:
            pages, left_out = write_book(folder, unfinished)
            said = f"{count} minh chứng, {pages} trang, {left_out} chỉ ghi trong mục lục"
        unfinished.replace(out)
    except OSError as error:
        raise Failed(f"{out}: không ghi được ({error.strerror}).") from error
    finally:
        unfinished.unlink(missing_ok=True)
    click.echo(f"{out}: {said}, {out.stat().st_size // 1024} kB")
    troubles = [(one, trouble_with(one.path)) for one in documents if one.path]
    for one, trouble in troubles:
        if trouble:
            click.echo(tidy_line(f"{one.code or '-'} {one.title} ({one.file_name}): {trouble}"), err=True)
    if any(trouble for _, trouble in troubles):
        raise SystemExit(1)
