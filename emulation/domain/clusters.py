"""Clusters (cụm thi đua): names and numbers as people write them, and what a unit is in its cluster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from emulation.domain.names import name_key, plain_letters
from emulation.words import N_, tidy_line


class ClusterRole(StrEnum):
    """Vai trò trong cụm."""

    LEADER = "leader"
    DEPUTY = "deputy"


CLUSTER_ROLE_NAMES = {ClusterRole.LEADER: N_("Cụm trưởng"), ClusterRole.DEPUTY: N_("Cụm phó")}

_NUMBERED = re.compile(r"(?:cum )?(?:thi dua )?(?:so )?0*([1-9]\d?)")


def cluster_name(text: str) -> str:
    """The name of a cluster: "1", "Cụm 1" and "cụm thi đua số 01" are "Cụm thi đua số 1"; another name is kept."""
    numbered = _NUMBERED.fullmatch(plain_letters(text))
    return f"Cụm thi đua số {numbered[1]}" if numbered else tidy_line(text)


def number_clusters(names: Iterable[str], taken: Mapping[str, int]) -> dict[str, int]:
    """A number for each name: the one it had, else the one it says, else the next that is free, by name."""
    wanted = sorted(set(names), key=name_key)
    found = {name: taken[name] for name in wanted if name in taken}
    for name in wanted:
        says = _NUMBERED.fullmatch(plain_letters(name))
        if name not in found and says is not None and int(says[1]) not in found.values():
            found[name] = int(says[1])
    free = (number for number in range(1, len(wanted) + 1) if number not in set(found.values()))
    for name in wanted:
        if name not in found:
            found[name] = next(free)
    return found
