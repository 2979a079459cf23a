"""Certificates in batches: text pages by WeasyPrint, the frame and every line they share laid under them
once.

Drawing the frame on each page costs 160 ms and 60 kB each, so it is drawn once and placed on every page as
one object (an artifact, which readers skip). Lines that are the same on all certificates are set once too,
as text that can be selected. What is left for each page is a name, a code and a QR outline; pages are set a
hundred at a time, so memory stays flat. docs/documents.md has the measurements.
"""

from __future__ import annotations

import functools
import io
import os
import secrets
import unicodedata
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from emulation.documents.balance import Fitted, fit
from emulation.documents.certificate_template import FrameColours, Line, Mode, Size, Template, load_template
from emulation.documents.fonts import MM_PER_PT, lacking
from emulation.documents.frame import frame_svg
from emulation.documents.pdf import Style, named_stylesheet, stylesheet, write_pdf
from emulation.documents.qr import pdf_operators
from emulation.documents.recipients import SHOWN_PROBLEMS, Recipient, read_recipients
from emulation.documents.typesetting import date_words, fill
from emulation.errors import Invalid
from emulation.words import N_

PAGES_AT_A_TIME = 100
LARGEST_LIST = 20_000_000  # bytes

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Placed:
    """A line of the template as set for one recipient: which line, and how."""

    line: int
    fitted: Fitted
    rule: bool = False

    @property
    def style(self) -> str:
        return f"l{self.line}s{self.fitted.step}"

    @property
    def lines(self) -> tuple[str, ...]:
        return self.fitted.lines


def render_certificates(
    template: Template,
    recipients: Sequence[Recipient],
    *,
    write: str | Path | BinaryIO,
    mode: Mode = "electronic",
    illustrative: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write one PDF with a page for each recipient, in their order, to a path or a binary file.

    `mode` is "electronic" (frame and all lines) or "preprinted" (only what a phôi leaves open, moved by the
    template's dx, dy and scale). `illustrative`, here or in the template, marks every page "minh họa".
    `progress(done, total)` is called after each hundred. A path is written whole or not at all.

    Raises:
        Invalid: no recipients, or texts that the template cannot hold; the message names each recipient.
    """
    if not recipients:
        raise Invalid(N_("Danh sách người nhận không có ai."), "recipients")
    lines = [line for line in template.lines if mode == "electronic" or line.printed == "always"]
    mark = _mark(template, mode, illustrative=illustrative or template.illustrative)
    placed = _place(template, lines, recipients, mark)
    shared = _shared(placed)
    styles = [named_stylesheet("fonts.css"), stylesheet(_css(template.size, lines))]

    with pikepdf.new() as out:
        under = Dictionary()
        if mode == "electronic" and template.frame:
            under[Name.Frame] = _as_object(out, _frame_page(template.size, template.frame))
        if shared:
            page = fill("certificate.html", title=template.title, pages=[list(shared)])
            under[Name.Shared] = _as_object(out, write_pdf(page, styles), tag=0)
        for number, start in enumerate(range(0, len(recipients), PAGES_AT_A_TIME), 1):
            group = slice(start, start + PAGES_AT_A_TIME)
            texts = [[line for line in page if line not in shared] for page in placed[group]]
            codes = [_qr_operators(template, recipient) for recipient in recipients[group]]
            _add_pages(out, template, mode, styles, texts, codes, under, tag=number)
            if progress:
                progress(min(start + PAGES_AT_A_TIME, len(recipients)), len(recipients))
        out.Root.Lang = pikepdf.String("vi")
        out.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        out.docinfo[Name.Title] = pikepdf.String(template.title)
        with whole_file(write) as stream:
            out.save(stream, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)


def certificates_from_files(
    template_path: str | Path,
    recipients_path: str | Path,
    out_path: str | Path,
    *,
    mode: Mode = "electronic",
    illustrative: bool = False,
    progress: Progress | None = None,
) -> int:
    """Certificates without a database: a template (a file, or the name of a shipped one) and a CSV list.
    Their number.

    Raises:
        Invalid: a file that cannot be read or is wrong (see `load_template`, `read_recipients`,
        `render_certificates`),
            or a place that cannot be written.
    """
    template = load_template(template_path)
    recipients = read_recipients(_csv_text(Path(recipients_path)), defaults=template.defaults)
    try:
        render_certificates(
            template,
            recipients,
            write=Path(out_path),
            mode=mode,
            illustrative=illustrative,
            progress=progress,
        )
    except OSError as error:
        message = N_("Không ghi được tệp “%(file)s”: %(reason)s.")
        raise Invalid(message, "out", file=str(out_path), reason=error.strerror or "lỗi") from error
    return len(recipients)


def _csv_text(path: Path) -> str:
    """The text of a CSV file in UTF-8, or in UTF-16 with its mark as Excel writes it."""
    try:
        raw = path.read_bytes()
    except OSError:
        raise Invalid(N_("Không đọc được tệp danh sách “%(file)s”."), "recipients", file=path.name) from None
    if len(raw) > LARGEST_LIST:
        raise Invalid(N_("Tệp danh sách “%(file)s” quá lớn."), "recipients", file=path.name)
    try:
        text = raw.decode("utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        message = N_("“%(file)s” không phải là tệp CSV mã UTF-8. Trong Excel, chọn “CSV UTF-8” khi lưu.")
        raise Invalid(message, "recipients", file=path.name)
    return text


# What is printed where


def _mark(template: Template, mode: Mode, *, illustrative: bool) -> str:
    kind = template.marks.electronic if mode == "electronic" else template.marks.preprinted
    return " - ".join(part for part in (kind, template.marks.illustrative if illustrative else "") if part)


def _values(template: Template, recipient: Recipient, mark: str) -> dict[str, str]:
    """The recipient's words by placeholder, normalised; the template's defaults where the recipient has
    none.
    """
    given = {
        "name": recipient.name,
        "merit": recipient.merit,
        "code": recipient.code,
        "decision_number": recipient.decision_number,
        "decision_date": date_words(recipient.decision_date) if recipient.decision_date else "",
        "register_number": recipient.register_number,
        "place": recipient.place,
        "date": date_words(recipient.signed_on) if recipient.signed_on else "",
        "signer_title": recipient.signer_title,
        "signer_name": recipient.signer_name,
        "mark": mark,
    }
    plain = {name: _plain(text) for name, text in given.items()}
    plain["signer_title"] = "\n".join(_plain(line) for line in recipient.signer_title.splitlines())
    return {name: text or template.defaults.get(name, "") for name, text in plain.items()}


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _place(
    template: Template, lines: Sequence[Line], recipients: Sequence[Recipient], mark: str
) -> list[tuple[Placed, ...]]:
    """Every recipient's lines, set; all that does not fit is named in one refusal."""

    @functools.cache
    def fitted(index: int, text: str) -> Fitted | None:
        line = lines[index]
        return fit(text, face=line.typeface, measure=line.broadest, steps=line.steps, tracking=line.tracking)

    pages: list[tuple[Placed, ...]] = []
    problems: list[str] = []
    for number, recipient in enumerate(recipients, 1):
        who = f"dòng {recipient.line}" if recipient.line else f"người nhận thứ {number}"
        values = _values(template, recipient, mark)
        page: list[Placed] = []
        for index, line in enumerate(lines):
            text = line.filled(values, template.blanks)
            if not text:
                continue
            if missing := lacking(text.replace("\n", ""), line.typeface):
                problems.append(f"{who}, “{_short(text)}”: phông chữ không có ký tự “{missing}”")
            elif found := fitted(index, text):
                page.append(Placed(index, found, line.rule))
            else:
                problems.append(f"{who}, “{_short(text)}”: quá dài so với chỗ trên mẫu in")
        if not values["name"]:
            problems.append(f"{who}: chưa có tên")
        pages.append(tuple(page))
    if problems:
        shown = "; ".join(problems[:SHOWN_PROBLEMS])
        if len(problems) > SHOWN_PROBLEMS:
            shown += f"; và {len(problems) - SHOWN_PROBLEMS} lỗi khác"
        raise Invalid(N_("Không in được: %(problems)s."), "recipients", problems=shown)
    return pages


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _shared(pages: Sequence[tuple[Placed, ...]]) -> dict[Placed, None]:
    """The lines that are the same on every page, in order."""
    everywhere = set(pages[0]).intersection(*pages[1:])
    return {line: None for line in pages[0] if line in everywhere}


def _page_css(size: Size) -> str:
    return f"@page {{ size: {size.width}mm {size.height}mm; margin: 0 }}"


def _css(size: Size, lines: Sequence[Line]) -> str:
    """The style sheet of a template: one class for each line and step."""
    rules = [
        _page_css(size),
        "html { font: 12pt 'Tinos Print'; hyphens: none } body, p { margin: 0 }",
        f"section {{ position: relative; width: {size.width}mm; height: {size.height}mm }}",
        "section + section { break-before: page }",
        "p { position: absolute; white-space: nowrap }",
        "span { border-bottom: .7pt solid; padding-bottom: .4mm }",
    ]
    for index, line in enumerate(lines):
        for number, step in enumerate(line.steps):
            top = line.top + ((line.height - line.height_of(step)) / 2 if line.height else 0)
            rules.append(
                f".l{index}s{number} {{ left: {line.left}mm; width: {line.width}mm; top: {top:.3f}mm;"
                f" text-align: {line.align}; color: {line.colour}; font: {_FONT[line.face]};"
                f" font-size: {step.pt}pt; line-height: {step.pt * line.leading:.3f}pt;"
                f" letter-spacing: {line.tracking}em;"
                f" text-indent: {line.tracking if line.align == 'center' else 0}em }}"
            )
    return "\n".join(rules)


_FONT = {
    "regular": "12pt 'Tinos Print'",
    "bold": "bold 12pt 'Tinos Print'",
    "italic": "italic 12pt 'Tinos Print'",
    "bold-italic": "italic bold 12pt 'Tinos Print'",
    "award": "12pt 'Award Print'",
}


# How the pages are put together


@functools.lru_cache(maxsize=8)
def _frame_page(size: Size, colours: FrameColours) -> bytes:
    """The frame alone as a PDF of one page."""
    css = f"{_page_css(size)} body {{ margin: 0 }} svg {{ display: block }}"
    return write_pdf(frame_svg(size.width, size.height, colours.palette()), [stylesheet(css)])


def _as_object(out: pikepdf.Pdf, page: bytes, *, tag: int | None = None) -> pikepdf.Object:
    """The one page of a PDF as an object that other pages can show."""
    with pikepdf.open(io.BytesIO(page)) as source:
        if tag is not None:
            _name_fonts(source.pages[0].obj.Resources, tag)
        return out.copy_foreign(source.pages[0].as_form_xobject())


def _name_fonts(resources: pikepdf.Object, tag: int) -> None:
    """Give the subsets of one chunk names of their own: equal names with different glyphs confuse some
    printers.
    """
    letters = "".join(chr(65 + tag // 26**place % 26) for place in range(5, -1, -1))
    for font in resources.get(Name.Font, Dictionary()).values():
        renamed = Name(f"/{letters}+" + str(font.BaseFont).partition("+")[2])
        font.BaseFont = renamed
        for descendant in font.DescendantFonts:
            descendant.BaseFont = renamed
            descendant.FontDescriptor.FontName = renamed


def _qr_operators(template: Template, recipient: Recipient) -> bytes:
    """The recipient's code as drawing operators, or nothing where there is no place or no address for it."""
    address = recipient.check_url
    if not address and recipient.code:
        address = template.check_url.replace("{code}", recipient.code)
    if not template.qr or not address:
        return b""
    square = template.qr
    return pdf_operators(
        address,
        left=square.left / MM_PER_PT,
        bottom=(template.size.height - square.top - square.size) / MM_PER_PT,
        size=square.size / MM_PER_PT,
    )


def _add_pages(
    out: pikepdf.Pdf,
    template: Template,
    mode: Mode,
    styles: Sequence[Style],
    texts: Sequence[Sequence[Placed]],
    codes: Sequence[bytes],
    under: Dictionary,
    *,
    tag: int,
) -> None:
    """Set one chunk of pages and append them, the shared objects under each."""
    chunk = write_pdf(fill("certificate.html", title=template.title, pages=texts), styles)
    before = b""
    if Name.Frame in under:
        before += b"/Artifact BMC /Frame Do EMC\n"
    if Name.Shared in under:
        before += b"/Shared Do\n"
    move = page_transform(template) if mode == "preprinted" else b""
    width, height = (length / MM_PER_PT for length in (template.size.width, template.size.height))
    with pikepdf.open(io.BytesIO(chunk)) as source:
        resources = source.pages[0].obj.Resources
        _name_fonts(resources, tag)
        resources = out.copy_foreign(resources)
        resources.XObject = under
        for page, code in zip(source.pages, codes, strict=True):
            content = b"q " + move + before + b"q " + page.obj.Contents.read_bytes() + b" Q\n" + code + b" Q"
            stream = Stream(out, zlib.compress(content), Filter=Name.FlateDecode)
            out.pages.append(
                pikepdf.Page(
                    Dictionary(
                        Type=Name.Page,
                        MediaBox=Array([0, 0, round(width, 3), round(height, 3)]),
                        Resources=resources,
                        Contents=out.make_indirect(stream),
                    )
                )
            )


def page_transform(template: Template) -> bytes:
    """The printer's correction as a matrix: scaled from the upper left corner, then moved right and down."""
    by = template.preprinted
    down = template.size.height * (1 - by.scale) - by.dy
    return f"{by.scale:.5f} 0 0 {by.scale:.5f} {by.dx / MM_PER_PT:.3f} {down / MM_PER_PT:.3f} cm\n".encode("ascii")


@contextmanager
def whole_file(write: str | Path | BinaryIO) -> Iterator[BinaryIO]:
    """The file to save to. A path is written beside itself and renamed when it is whole."""
    if not isinstance(write, str | Path):
        yield write
        return
    path = Path(write)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
