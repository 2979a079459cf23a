"""Names of the short words in criteria files: data, not code, since the ministry renames its departments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml


@lru_cache(maxsize=1)
def _names() -> dict[str, dict[str, str]]:
    text = (Path(__file__).parent / "data" / "names.yaml").read_text("utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return found


def owners() -> Mapping[str, str]:
    """The ministry departments that review, by their short word."""
    return _names()["owners"]


def tags() -> Mapping[str, str]:
    """What units with a tag are, by tag."""
    return _names()["tags"]


def owner_name(owner: str) -> str:
    """The ministry department that reviews a criterion; an unknown short word stands for itself."""
    return owners().get(owner, owner)


def tag_name(tag: str) -> str:
    """What units with this tag are; an unknown tag stands for itself."""
    return tags().get(tag, tag)
