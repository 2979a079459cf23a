"""The criteria set on paper: the annex of an official letter and the guidance booklet, as PDF.

Layout by Nghị định 30/2020/NĐ-CP, Appendix I; the rules are in docs/documents.md. The letter's number and date are
left to the clerk. What the documents say is in criteria_content.py, the DOCX of the same in criteria_docx.py.
"""

from __future__ import annotations

from emulation.documents.balance import wrap
from emulation.documents.criteria_content import ILLUSTRATIVE, Heading, Issuer, annex_rows, booklet, seal
from emulation.documents.fonts import Face
from emulation.documents.pdf import named_stylesheet, write_pdf
from emulation.documents.typesetting import fill
from emulation.domain.criteria import CriteriaSet

TITLE_MEASURE = 149.0  # mm, of the title page
LONGEST_EVEN = 300  # letters of a title that is broken into even lines; a longer one flows


def annex_pdf(criteria: CriteriaSet, issuer: Issuer | None = None) -> bytes:
    """The annex: one row for each section and criterion, A4 landscape."""
    html = fill(
        "criteria_annex.html",
        criteria=criteria,
        issuer=issuer or Issuer(),
        rows=annex_rows(criteria),
        seal=seal(criteria),
        tag=ILLUSTRATIVE if criteria.status == "illustrative" else "",
    )
    return write_pdf(html, [named_stylesheet(name) for name in ("fonts.css", "base.css", "criteria_annex.css")])


def booklet_pdf(criteria: CriteriaSet, issuer: Issuer | None = None) -> bytes:
    """The guidance booklet: title page, contents with page numbers, general rules, every criterion in full."""
    blocks = [
        {"kind": type(block).__name__, "value": block, "number": number}
        for number, block in enumerate(booklet(criteria))
    ]
    html = fill(
        "criteria_booklet.html",
        criteria=criteria,
        issuer=issuer or Issuer(),
        blocks=blocks,
        title=_even_lines(criteria.title),
        headings=[(one["number"], one["value"]) for one in blocks if isinstance(one["value"], Heading)],
        seal=seal(criteria),
        tag=ILLUSTRATIVE if criteria.status == "illustrative" else "",
    )
    return write_pdf(html, [named_stylesheet(name) for name in ("fonts.css", "base.css", "criteria_booklet.css")])


def _even_lines(title: str) -> tuple[str, ...]:
    """The title in lines of about the same length, as a title page has it."""
    if len(title) > LONGEST_EVEN:
        return (title,)
    return wrap(" ".join(title.split()), face=Face.BOLD, pt=16, measure=TITLE_MEASURE)
