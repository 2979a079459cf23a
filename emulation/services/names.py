"""Names of the short words in criteria files: data, not code, since the ministry renames its departments."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml


@lru_cache(maxsize=1)
def _names() -> dict[str, dict[str, str]]:
    text = (Path(__file__).parent / "data" / "names.yaml").read_text("utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return found


def owner_name(owner: str) -> str:
    """The ministry department that reviews a criterion; an unknown short word stands for itself."""
    return _names()["owners"].get(owner, owner)


def tag_name(tag: str) -> str:
    """What units with this tag are; an unknown tag stands for itself."""
    return _names()["tags"].get(tag, tag)


def owners() -> list[str]:
    """The short words of all known departments of the ministry, in order of their names."""
    return sorted(_names()["owners"], key=owner_name)


def tags() -> list[str]:
    """The tags that units are known to have."""
    return list(_names()["tags"])
