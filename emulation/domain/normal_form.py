"""A criteria set as a file in its one normal spelling: YAML as people write it by hand, and JSON.

Keys stand in the order of the models, what is left to its default is left out, numbers are plain, short rules stand on
one line, long text is folded. Reading gives the same set again, and writing that gives the same bytes. The fields are
walked, not listed: a key that is new in the models is written without a change here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, get_args

import yaml

from emulation.domain.criteria import CriteriaSet, Criterion, from_tree, json_values
from emulation.domain.source import decode, scalar
from emulation.domain.source_json import read_json

WIDTH = 112  # letters of a folded line, its indentation included
FLOW_WIDTH = 118  # of a mapping or list that stands on one line
FLOW_ITEM = 40  # letters of one text in a list on one line; longer ones stand below each other
ALWAYS_QUOTED = ("version",)  # "2021-2022" is no number, and nobody should wonder
LABELS = get_args(get_args(Criterion.model_fields["labels"].annotation)[0])
NBSP = "\u00a0"
_SIGNS = "-?:,[]{}#&*!|>'\"%@`=<~.+"  # none of them may begin a plain scalar
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_SINGLE_SPACE = re.compile(r"(?<! ) (?! )")


def to_yaml(criteria: CriteriaSet) -> str:
    """The set as a YAML text; `load` of it is an equal set."""
    return "".join(f"{line}\n" for line in _block(_values(criteria), 0))


def to_json(criteria: CriteriaSet) -> str:
    """The set as a JSON text: every key, defaults too, in the order of the models, numbers as text, one per line."""
    return json.dumps(json_values(criteria.model_dump(by_alias=True)), ensure_ascii=False, indent=2) + "\n"


def load_json(raw: bytes | str) -> CriteriaSet:
    """A criteria set from the bytes (or text) of a JSON file.

    Raises:
        Problems: everything that is wrong, each with its line and a sentence.
    """
    return from_tree(read_json(decode(raw) if isinstance(raw, bytes) else raw))


def _values(criteria: CriteriaSet) -> dict[str, Any]:
    """What a file says: without defaults, labels in their one order, of a rule the tables last."""

    def arranged(value: Any, key: str) -> Any:
        if isinstance(value, dict):
            inner = {name: arranged(item, name) for name, item in value.items()}
            if key in ("labels", "figures"):
                return {name: inner[name] for name in LABELS if name in inner}
            if key == "rule":
                return dict(sorted(inner.items(), key=lambda item: isinstance(item[1], list)))
            return inner
        if isinstance(value, list | tuple):
            return [arranged(item, "") for item in value]
        return value

    found: dict[str, Any] = arranged(criteria.model_dump(by_alias=True, exclude_defaults=True), "")
    return found


def _block(mapping: dict[str, Any], indent: int) -> Iterator[str]:
    """The lines of a mapping in block style."""
    for key, value in mapping.items():
        yield from _entry(f"{' ' * indent}{_word(key)}:", key, value, indent)


def _entry(start: str, key: str, value: Any, indent: int) -> Iterator[str]:
    """The lines of one value behind its `start` ("key:" or "-"), which stands at `indent`."""
    if isinstance(value, str):
        yield from _text_lines(start, value, indent + 2, quoted=key in ALWAYS_QUOTED)
        return
    flow = _flow(value)
    if flow is not None and (not isinstance(value, dict | list) or _is_short(start, key, value, flow)):
        yield f"{start} {flow}"
    elif isinstance(value, dict):
        yield start
        yield from _block(value, indent + 2)
    else:
        yield start
        for item in value:
            yield from _member(item, indent + 2)


def _is_short(start: str, key: str, value: Any, flow: str) -> bool:
    """Whether a mapping or list is read better on the line of its key."""
    if len(start) + 1 + len(flow) > FLOW_WIDTH:
        return False
    if isinstance(value, dict):
        return not any(isinstance(item, dict | list) for item in value.values())
    return not value or all(not isinstance(item, dict) and len(str(item)) <= FLOW_ITEM for item in value)


def _member(item: Any, indent: int) -> Iterator[str]:
    """The lines of one member of a list."""
    dash = " " * indent + "-"
    if not isinstance(item, dict):
        yield from _entry(dash, "", item, indent)
        return
    flow = _flow(item)
    is_small = flow is not None and len(dash) + 1 + len(flow) <= FLOW_WIDTH
    if is_small and not any(isinstance(value, dict | list) for value in item.values()):
        yield f"{dash} {flow}"
        return
    for i, line in enumerate(_block(item, indent + 2)):
        yield f"{dash} {line[indent + 2 :]}" if i == 0 else line


def _flow(value: Any) -> str | None:
    """A value on one line; None if it holds text that needs several."""
    if isinstance(value, dict):
        parts = [(f"{_word(key)}: ", _flow(item)) for key, item in value.items()]
        return None if any(part is None for _, part in parts) else f"{{{', '.join(a + (b or '') for a, b in parts)}}}"
    if isinstance(value, list):
        items = [_flow(item) for item in value]
        return None if None in items else f"[{', '.join(item or '' for item in items)}]"
    if isinstance(value, str):
        return None if "\n" in value else _word(value, in_flow=True)
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(json_values(value)) if isinstance(value, Decimal) else str(value)


def _visible(text: str) -> bool:
    """Whether every character can stand in a file as it is; a fixed blank can."""
    return text.replace(NBSP, " ").isprintable()


def _is_plain(text: str, *, in_flow: bool) -> bool:
    """Whether text needs no quotes, for our reader and for every other reader of YAML."""
    if not text or text != text.strip() or not _visible(text) or text[0] in _SIGNS:
        return False
    if ": " in text or text.endswith(":") or " #" in text:
        return False
    if in_flow and any(sign in text for sign in ",[]{}:?"):
        return False
    if text[0].isdigit() and not any(one.isspace() for one in text):
        return False  # looks like a number, a date or a time
    others = yaml.SafeLoader.yaml_implicit_resolvers.get(text[0], [])
    return not any(pattern.match(text) for _, pattern in others) and isinstance(scalar(text, plain=True), str)


def _quoted(text: str) -> str:
    """Text in double quotes, what cannot be seen written as an escape."""
    return "".join(_ESCAPES.get(one) or (one if _visible(one) else _escape(one)) for one in text)


def _escape(sign: str) -> str:
    return f"\\u{ord(sign):04X}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08X}"


def _word(text: str, *, in_flow: bool = False) -> str:
    return text if _is_plain(text, in_flow=in_flow) else f'"{_quoted(text)}"'


def _text_lines(start: str, text: str, indent: int, *, quoted: bool) -> Iterator[str]:
    """Text behind its key or dash: plain, in quotes, folded (`>-`), or line by line (`|-`); indented if on lines."""
    pad = " " * indent
    if "\n" in text and _is_literal(text):
        yield f"{start} |-"
        yield from (pad + line if line else "" for line in text.split("\n"))
        return
    word = f'"{_quoted(text)}"' if quoted or not _is_plain(text, in_flow=False) else text
    if len(start) + 1 + len(word) <= WIDTH:
        yield f"{start} {word}"
    elif _visible(text) and text == text.strip():
        yield f"{start} >-"
        yield from (pad + line for line in _wrapped(text, WIDTH - indent))
    else:
        first, *rest = _wrapped(word, WIDTH - indent)
        yield f"{start} {first}"
        yield from (pad + line for line in rest)


def _is_literal(text: str) -> bool:
    """Whether text can stand line by line: no space at its ends, none that could be taken for indentation or lost."""
    lines = text.split("\n")
    if not all(_visible(line) and line == line.rstrip() for line in lines):
        return False
    return bool(lines[-1]) and bool(lines[0]) and not lines[0][0].isspace()


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` letters where words allow it, broken at single spaces only: folding gives them back."""
    lines: list[str] = []
    line = ""
    for word in _SINGLE_SPACE.split(text):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]
