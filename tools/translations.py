"""Brings the English catalogue up to date with the sentences in the code: `python -m tools.translations`.

Vietnamese sentences in code and templates are the keys. New ones arrive untranslated, vanished ones are dropped; a test
(tests/test_translations.py) refuses a catalogue that is not complete.
"""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "emulation" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
METHODS = [("emulation/**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "translate": None}
SKIPPED = ("print", "translations")  # printed documents are Vietnamese by rule


def sentences() -> Catalog:
    """Every marked sentence of code and templates."""
    catalogue = Catalog(locale="en", fuzzy=False)
    for top in ("emulation", "templates"):
        found = extract_from_dir(
            ROOT / top,
            method_map=[(pattern.removeprefix(f"{top}/"), method) for pattern, method in METHODS],
            keywords=KEYWORDS,
        )
        for name, _, message, _, _ in found:
            if not set(Path(name).parts) & set(SKIPPED):
                catalogue.add(message)
    return catalogue


def stored() -> Catalog:
    """The catalogue as it is in the repository."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def updated() -> Catalog:
    """The stored catalogue with today's sentences."""
    wanted = sentences()
    catalogue = stored() if CATALOGUE.exists() else Catalog(locale="en", fuzzy=False)
    catalogue.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    return catalogue


def as_text(catalogue: Catalog) -> bytes:
    """The bytes of a catalogue: sorted, without places in the code, which would change with every line."""
    file = io.BytesIO()
    write_po(file, catalogue, no_location=True, omit_header=False, sort_output=True, width=118, include_previous=False)
    return file.getvalue()


def main() -> None:
    """Write the catalogue and say what is left to translate."""
    catalogue = updated()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_bytes(as_text(catalogue))
    missing = [message for message in catalogue if message.id and not message.string]
    print(f"{len(catalogue)} sentences, {len(missing)} without a translation")


if __name__ == "__main__":
    main()
