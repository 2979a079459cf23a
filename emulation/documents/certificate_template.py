"""A certificate as data: its size, its frame, its lines with their places, read from a YAML file.

How to write one: docs/documents.md. Lengths are mm from the upper left corner of the sheet, sizes of
letters are pt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from emulation.documents.fonts import MM_PER_PT, Face, lacking
from emulation.documents.frame import Palette
from emulation.domain.source import Problems, Tree, decode, read_tree
from emulation.errors import Invalid
from emulation.words import N_

TEMPLATES = Path(__file__).parent / "templates"
LARGEST_FILE = 100_000  # bytes

# What a line may show. `mark` says what kind of print it is; the others come with the recipient.
PLACEHOLDERS = frozenset(
    {
        "name",
        "merit",
        "decision_number",
        "decision_date",
        "place",
        "date",
        "signer_title",
        "signer_name",
        "register_number",
        "code",
        "mark",
    }
)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

Mode = Literal["electronic", "preprinted"]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Length = Annotated[float, Field(ge=0, le=1000)]


class Step(NamedTuple):
    """One way to set a text: in so many lines of that size."""

    lines: Annotated[int, Field(ge=1, le=10)]
    pt: Annotated[float, Field(ge=4, le=200)]


class Part(BaseModel):
    """Everything in a template is strict and frozen: an unknown word in the file is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Size(Part):
    """The sheet in mm, as it comes out of the printer."""

    width: float = Field(ge=80, le=600)
    height: float = Field(ge=80, le=600)


class FrameColours(Part):
    """Colours of the frame; what is left out is as in the mockup."""

    paper: Colour = Palette.paper
    guilloche: Colour = Palette.guilloche
    gold: Colour = Palette.gold
    deep: Colour = Palette.deep
    pale: Colour = Palette.pale
    accent: Colour = Palette.accent
    petals: tuple[Colour, Colour, Colour, Colour] = Palette.petals

    def palette(self) -> Palette:
        return Palette(**self.model_dump())


class Preprinted(Part):
    """How the printer misplaces the sheet: offsets in mm and a scale, found with the calibration page."""

    dx: float = Field(default=0, ge=-50, le=50)
    dy: float = Field(default=0, ge=-50, le=50)
    scale: float = Field(default=1, ge=0.9, le=1.1)


class Marks(Part):
    """What the small line {mark} says for each kind of print; an illustrative print is always marked."""

    electronic: str = "bản điện tử"
    preprinted: str = ""
    illustrative: str = Field(default="minh họa", min_length=3)


class Qr(Part):
    """The square of the code in mm, quiet zone included; it opens the recipient's check page."""

    left: Length
    top: Length
    size: float = Field(ge=15, le=80)


class Line(Part):
    """One text at one place.

    `steps` are tried in order until the text fits `measure`; `size: 14` is short for one line of 14 pt.
    With `height` the lines are centred in a box of that height. A line of the frame's own words (`printed:
    electronic`) is left out on a pre-printed sheet, which has them already. A line with a value that is
    empty and has no blank is left out.
    """

    text: str = Field(min_length=1)
    left: Length
    top: Length
    width: float = Field(gt=0, le=1000)
    height: float | None = Field(default=None, gt=0, le=1000)
    measure: float | None = Field(default=None, gt=0, le=1000)
    steps: tuple[Step, ...] = Field(min_length=1)
    leading: float = Field(default=1.2, ge=1, le=2)
    face: Literal["regular", "bold", "italic", "bold-italic", "award"] = "regular"
    colour: Colour = "#1a1a1a"
    align: Literal["left", "center", "right"] = "center"
    tracking: float = Field(default=0, ge=0, le=1)
    rule: bool = False
    printed: Literal["always", "electronic"] = "always"
    needs: tuple[str, ...] = ()
    label: str = ""

    @model_validator(mode="before")
    @classmethod
    def _size_is_one_step(cls, data: object) -> object:
        if isinstance(data, dict) and "size" in data and "steps" not in data:
            return {
                **{key: value for key, value in data.items() if key != "size"},
                "steps": [[1, data["size"]]],
            }
        return data

    @property
    def typeface(self) -> Face:
        return Face[self.face.upper().replace("-", "_")]

    @property
    def broadest(self) -> float:
        """The greatest width a set line may have, in mm."""
        return self.measure or self.width

    @property
    def values(self) -> tuple[str, ...]:
        """The placeholders of the text."""
        return tuple(_PLACEHOLDER.findall(self.text))

    def height_of(self, step: Step) -> float:
        """The height of the text set so, in mm."""
        return step.lines * step.pt * self.leading * MM_PER_PT

    def filled(self, values: dict[str, str], blanks: dict[str, str]) -> str:
        """The text with its values, an empty value as the clerk's blank; "" when the line is to be left
        out.
        """
        shown = {name: values.get(name) or blanks.get(name, "") for name in self.values}
        if not all(shown.values()) or not all(values.get(name) for name in self.needs):
            return ""
        return _PLACEHOLDER.sub(lambda found: shown[found[1]], self.text)


class Template(Part):
    """A certificate's whole layout."""

    title: str = Field(min_length=1)
    size: Size
    frame: FrameColours | None = None
    preprinted: Preprinted = Preprinted()
    illustrative: bool = False
    check_url: str = ""
    marks: Marks = Marks()
    defaults: dict[str, str] = {}
    blanks: dict[str, str] = {}
    qr: Qr | None = None
    lines: tuple[Line, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        problems = list(self._problems())
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _problems(self) -> Iterator[str]:
        names = [*self.defaults, *self.blanks, *(name for line in self.lines for name in line.needs)]
        yield from (f"không có giá trị nào tên là “{name}”" for name in names if name not in PLACEHOLDERS)
        for number, line in enumerate(self.lines, 1):
            yield from (f"dòng chữ {number}: {problem}" for problem in self._problems_of(line))
        if not any("name" in line.values for line in self.lines):
            yield "không dòng chữ nào in {name}"
        if not any("mark" in line.values for line in self.lines):
            yield "không dòng chữ nào in {mark} (bản điện tử, minh họa)"
        if self.check_url and "{code}" not in self.check_url:
            yield "check_url không có {code}"
        if self.qr and not self._holds(self.qr.left, self.qr.top, self.qr.size, self.qr.size):
            yield "mã QR nằm ngoài khổ giấy"

    def _holds(self, left: float, top: float, width: float, height: float) -> bool:
        return left + width <= self.size.width and top + height <= self.size.height

    def _problems_of(self, line: Line) -> Iterator[str]:
        yield from (f"không có giá trị nào tên là “{name}”" for name in line.values if name not in PLACEHOLDERS)
        plain = _PLACEHOLDER.sub("", line.text)
        if "{" in plain or "}" in plain:
            yield "dấu ngoặc nhọn không thành cặp"
        if missing := lacking(plain, line.typeface):
            yield f"phông chữ không có ký tự “{missing}”"
        if line.broadest > line.width:
            yield "measure lớn hơn width"
        height = line.height or max(line.height_of(step) for step in line.steps)
        if not self._holds(line.left, line.top, line.width, height):
            yield "nằm ngoài khổ giấy"
        for step in line.steps:
            if line.height is not None and line.height_of(step) > line.height:
                yield f"{step.lines} dòng cỡ {step.pt:g} cao hơn khung {line.height:g} mm"


def load_template(source: str | Path) -> Template:
    """The template of a YAML file, or one of those shipped with the program by its name ("bang-khen").

    Raises:
        Invalid: no such file, not YAML, or not a template; the message names every place that is wrong.
    """
    path = Path(source)
    shipped = TEMPLATES / f"{source}.yaml"
    if not path.suffix and shipped.parent == TEMPLATES and shipped.is_file():
        path = shipped
    try:
        raw = path.read_bytes()
    except OSError:
        raise Invalid(N_("Không đọc được tệp mẫu in “%(file)s”."), "template", file=path.name) from None
    if len(raw) > LARGEST_FILE:
        raise Invalid(N_("Tệp mẫu in “%(file)s” quá lớn."), "template", file=path.name)
    return parse_template(raw, name=path.name)


def parse_template(raw: bytes, *, name: str) -> Template:
    """The template of the YAML text `raw`; `name` is how messages call it.

    Raises:
        Invalid: see `load_template`.
    """
    try:
        tree = read_tree(decode(raw))
    except Problems as found:
        raise _refused(name, [_at(problem.line, str(problem)) for problem in found.problems]) from None
    if not isinstance(tree.data, dict):
        raise _refused(name, ["tệp không có nội dung của một mẫu in"])
    try:
        return Template.model_validate(tree.data)
    except ValidationError as error:
        raise _refused(name, [_in_words(problem, tree) for problem in error.errors()]) from None


def _refused(name: str, problems: list[str]) -> Invalid:
    message = N_("Mẫu in “%(file)s” chưa đúng: %(problems)s.")
    return Invalid(message, "template", file=name, problems="; ".join(problem.rstrip(".") for problem in problems))


def _at(line: int | None, what: str) -> str:
    return f"dòng {line}: {what}" if line else what


_WORDS = {
    "missing": "thiếu mục này",
    "extra_forbidden": "không có mục này",
    "too_short": "để trống",
    "string_too_short": "để trống",
}


def _in_words(problem: ErrorDetails, tree: Tree) -> str:
    """One finding of pydantic as a clause: the line, the place, what is wrong."""
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in problem["loc"])
    what = _WORDS.get(problem["type"], "giá trị không hợp lệ")
    return _at(tree.line(problem["loc"]), f"{where}: {what}")
