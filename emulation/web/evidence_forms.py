"""The forms about evidence: what is said about a document, files, links."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from wtforms import FileField, Form, MultipleFileField, StringField

from emulation.config import VIETNAM
from emulation.errors import Invalid
from emulation.services.file_types import ENDINGS
from emulation.web import session as current
from emulation.web.display import say as _
from emulation.web.display import show_phrase
from emulation.words import N_, Phrase


class EvidenceForm(Form):
    """A form whose refusals stand beside their fields; `first` is the field of a refusal that names none."""

    first = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self:
            field.errors = []
            field.label.text = _(field.label.text)

    def say(self, name: str | None, phrase: Phrase) -> None:
        """Put a refusal beside its field."""
        field = self[name if name is not None and name in self else self.first]
        field.errors = [*field.errors, show_phrase(phrase)]

    @property
    def sentences(self) -> dict[str, str]:
        """The refusals by field, for a script."""
        return {field.name: " ".join(str(one) for one in field.errors) for field in self if field.errors}


class DescriptionForm(EvidenceForm):
    """What is said about a document."""

    title = StringField(N_("Tên văn bản"))
    document_number = StringField(N_("Số, ký hiệu"))
    issued_on = StringField(N_("Ngày ban hành"))
    issuer = StringField(N_("Cơ quan ban hành"))

    first = "title"

    def text(self, name: str) -> str:
        """What was typed there."""
        return str(self[name].data or "")

    def read_date(self) -> date | None:
        """The date of issue.

        Raises:
            Invalid: not a day written dd/mm/yyyy, or a day to come.
        """
        text = self.text("issued_on").strip()
        if not text:
            return None
        try:
            day = datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=VIETNAM).date()
        except ValueError as error:
            raise Invalid(N_("“%(text)s” không phải ngày dạng dd/mm/yyyy."), "issued_on", text=text[:40]) from error
        if day > current.now().astimezone(VIETNAM).date():
            raise Invalid(N_("Ngày ban hành không thể ở tương lai."), "issued_on")
        return day

    def said(self) -> dict[str, Any]:
        """What is said about the document, for the services.

        Raises:
            Invalid: see `read_date`.
        """
        names = ("title", "document_number", "issuer")
        return {name: self.text(name) for name in names} | {"issued_on": self.read_date()}


class UploadForm(DescriptionForm):
    """Files with what is said about the document; one file may carry a title, several take their names."""

    files = MultipleFileField(N_("Chọn tệp"))
    place = StringField(N_("Trang, mục"))

    accept = ",".join(ENDINGS)
    first = "files"


class LinkForm(DescriptionForm):
    """A link in the place of a file."""

    url = StringField(N_("Đường dẫn"))
    place = StringField(N_("Trang, mục"))

    first = "url"


class ReplaceForm(EvidenceForm):
    """A newer file for an evidence."""

    files = FileField(N_("Chọn tệp mới"))

    accept = ",".join(ENDINGS)
    first = "files"
