"""Brings the English catalogue up to date with the sentences in the code: `python -m tools.translations`.

Vietnamese sentences in code and templates are the keys. New ones arrive untranslated, vanished ones are dropped; a test
(tests/test_translations.py) refuses a catalogue that is not complete. What the program reads is the compiled catalogue
beside it, which is made anew whenever the text is younger: by `make`, by this command and by the tests.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "emulation" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
METHODS = [("emulation/**.py", "python"), ("templates/**.html", "jinja2")]
MARKS = ("_", "N_", "gettext", "lazy_gettext", "lazy", "translate")
KEYWORDS = {**dict.fromkeys(MARKS), "ngettext": (1, 2)}
SKIPPED = ("print", "translations")  # printed documents are Vietnamese by rule
HEADER = b"""# English for the screens; words as in docs/glossary.md. Sorted by `python -m tools.translations`.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


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
    """The bytes of a catalogue: sorted, without dates and places in the code, which would change with every line."""
    file = io.BytesIO()
    write_po(file, catalogue, no_location=True, omit_header=True, sort_output=True, width=118, include_previous=False)
    return HEADER + file.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """The Vietnamese of sentences that have no English, or lack a plural form."""
    missing = []
    for message in catalogue:
        first, *more = [message.id] if isinstance(message.id, str) else message.id
        forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
        if first and (len(forms) <= len(more) or not all(forms)):
            missing.append(first)
    return missing


def compile_stale() -> None:
    """Compile the catalogue if its text is younger; several processes may do it at once."""
    compiled = CATALOGUE.with_suffix(".mo")
    changed = CATALOGUE.stat().st_mtime_ns
    if compiled.exists() and compiled.stat().st_mtime_ns > changed:
        return
    file = io.BytesIO()
    write_mo(file, stored())
    own = compiled.with_suffix(f".{os.getpid()}.mo")
    own.write_bytes(file.getvalue())
    own.replace(compiled)


def main() -> None:
    """Write the catalogue and say what is left to translate."""
    catalogue = updated()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_bytes(as_text(catalogue))
    compile_stale()
    missing = untranslated(catalogue)
    print(f"{len(catalogue)} sentences, {len(missing)} without a translation", *missing, sep="\n")


if __name__ == "__main__":
    main()
