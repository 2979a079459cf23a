"""The evidence library as its page shows it: rows, one document beside them, criteria to cite for. No request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from emulation.domain.criteria import Criterion
from emulation.domain.rules import External
from emulation.models import Evidence, Sheet
from emulation.services.evidence import codes_of
from emulation.services.file_types import BY_MEDIA_TYPE
from emulation.services.links import host_of
from emulation.services.revisions import revisions_of
from emulation.services.scores import criteria_of
from emulation.services.sheets import may_fill_line, name_of
from emulation.web.display import say as _
from emulation.web.sheet_view import href, kind_of


def library_rows(sheet: Sheet, documents: Sequence[Evidence], *, cite_code: str | None = None) -> list[dict[str, Any]]:
    """The documents with their code and where they are cited, in the order they came."""
    codes = codes_of(sheet.entries)
    order = {code: place for place, code in enumerate(criteria_of(sheet).by_code)}
    rows = []
    for one in documents:
        cited = sorted(
            ((citation.entry.code, citation.place) for citation in one.citations),
            key=lambda pair: order.get(pair[0], len(order)),
        )
        rows.append(
            {
                "evidence": one,
                "code": codes.get(one.id),
                "kind": kind_of(one),
                "type": type_words(one),
                "href": url_for(
                    "evidence.of_sheet", sheet_id=sheet.id, show=one.id, cite=cite_code, _anchor="document"
                ),
                "cited": [{"code": code, "place": place, "href": href(sheet, code)} for code, place in cited],
                "is_cited_here": cite_code in [code for code, _place in cited],
            }
        )
    return rows


def type_words(evidence: Evidence) -> str:
    """ "PDF", "DOCX", or the host of a link."""
    if evidence.url is not None:
        return host_of(evidence.url)
    kind = BY_MEDIA_TYPE.get(evidence.media_type)
    return kind.name if kind else evidence.media_type


def shown_document(db: Session, evidence: Evidence) -> dict[str, Any]:
    """What the panel beside the list shows of one document."""
    kind = BY_MEDIA_TYPE.get(evidence.media_type)
    return {
        "shown_as": kind.icon if kind is not None and kind.is_shown else None,
        "brought_by": name_of(db, evidence.uploaded_by_id),
        "revisions": [
            {"revision": revision, "brought_by": brought, "replaced_by": replaced}
            for revision, brought, replaced in revisions_of(db, evidence)
        ],
    }


def places_of(evidence: Evidence) -> list[tuple[str, str]]:
    """Code of each criterion that cites a document, with the page or section; its sheet is loaded with the lines."""
    return [
        (entry.code, one.place)
        for entry in evidence.sheet.entries
        for one in entry.citations
        if one.evidence_id == evidence.id
    ]


def citable_groups(sheet: Sheet) -> list[tuple[str, list[Criterion]]]:
    """Sections with the criteria that the unit may change now, for which a document can be cited."""
    criteria = criteria_of(sheet)
    tags = frozenset(sheet.tags)

    def offered(leaves: Sequence[Criterion]) -> list[Criterion]:
        return [
            leaf
            for leaf in leaves
            if leaf.applies(tags) and not isinstance(leaf.rule, External) and may_fill_line(sheet, leaf.code)
        ]

    groups = [(f"{section.code}. {section.title}", offered(section.leaves)) for section in criteria.sections]
    groups += [(_("Điểm thưởng"), offered(criteria.bonus)), (_("Điểm trừ"), offered(criteria.deductions))]
    return [(title, leaves) for title, leaves in groups if leaves]
