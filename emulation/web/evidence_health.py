"""The health page of an evidence library."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import render_template, url_for
from sqlalchemy.orm import Session

from emulation.access import Permission
from emulation.config import VIETNAM
from emulation.models import Sheet
from emulation.services.evidence import codes_of, evidence_of
from emulation.services.evidence_health import TROUBLE_NAMES, Finding, Trouble, health_of
from emulation.services.lines import lines_of
from emulation.services.quotas import MIB, used_bytes
from emulation.services.scores import criteria_of
from emulation.services.sheets import load_sheet
from emulation.web import session as current
from emulation.web.area import Area
from emulation.web.display import show_phrase, translate
from emulation.web.sheet_view import href

area = Area("evidence_health", __name__)
GRAVE = (Trouble.FILE_MISSING, Trouble.FUTURE)  # the rest may be as it should be


def _sheet(db: Session, *, sheet_id: int) -> Sheet | None:
    return load_sheet(db, sheet_id)


@area.get("/sheets/<int:sheet_id>/evidence/health", allow=Permission.READ_SHEET, load=_sheet)
def health(sheet: Sheet) -> Any:
    """What is missing or odd in the library, each with a link to where it is put right."""
    db, settings = current.db(), current.settings()
    documents = evidence_of(db, sheet)
    found = health_of(
        sheet,
        documents,
        lines_of(sheet).values(),
        folder=Path(settings.evidence_dir),
        today=current.now().astimezone(VIETNAM).date(),
    )
    codes = codes_of(sheet.entries)
    groups: list[dict[str, Any]] = [
        {
            "id": trouble.value,
            "title": translate(TROUBLE_NAMES[trouble]),
            "rows": [_row(sheet, one, codes) for one in found if one.trouble is trouble],
        }
        for trouble in Trouble
    ]
    return render_template(
        "evidence/health.html",
        sheet=sheet,
        groups=groups,
        links=[
            {"label": group["title"], "href": f"#{group['id']}", "count": len(group["rows"]), "current": False}
            for group in groups
            if group["rows"]
        ],
        fine=[group["title"].lower() for group in groups if not group["rows"]],
        documents=len(documents),
        used=used_bytes(db, sheet),
        quota=settings.unit_quota_mib * MIB,
    )


def _row(sheet: Sheet, one: Finding, codes: dict[int, str]) -> dict[str, Any]:
    """One finding for ui.todo."""
    if one.code is not None:
        title = one.evidence.title if one.evidence else criteria_of(sheet).by_code[one.code].title
        code, target = one.code, href(sheet, one.code)
    else:
        assert one.evidence is not None
        title, code = one.evidence.title, codes.get(one.evidence.id, "–")
        target = url_for("evidence.of_sheet", sheet_id=sheet.id, show=one.evidence.id, _anchor="document")
    return {
        "kind": "bad" if one.trouble in GRAVE else "wait",
        "code": code,
        "href": target,
        "title": title,
        "what": show_phrase(one.phrase),
        "action": None,
    }
