"""Which criterion of the old version became which of the new one: by code, and by what `replaces` says. DESIGN 8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emulation.domain.criteria import CriteriaSet


@dataclass(frozen=True)
class Lineage:
    """`origins`: the old codes that each new criterion comes from; `heirs`: the new codes that each old one went to.

    Every criterion of the new set is in `origins`, every one of the old set in `heirs`, with an empty tuple for none.
    """

    origins: Mapping[str, tuple[str, ...]]
    heirs: Mapping[str, tuple[str, ...]]

    def same(self, code: str) -> str | None:
        """The old code of a new criterion that is still the same one: it comes from that one alone, and it alone."""
        origins = self.origins[code]
        return origins[0] if len(origins) == 1 and len(self.heirs[origins[0]]) == 1 else None

    def is_merged(self, code: str) -> bool:
        """Whether a new criterion comes from several old ones."""
        return len(self.origins[code]) > 1

    def is_split(self, code: str) -> bool:
        """Whether a new criterion is one of several that an old one was split into."""
        origins = self.origins[code]
        return len(origins) == 1 and len(self.heirs[origins[0]]) > 1


def lineage(old: CriteriaSet, new: CriteriaSet) -> Lineage:
    """How the criteria of `new` come from those of `old`.

    A criterion comes from the one of the same code, if there is one, and from those it `replaces`. Codes in `replaces`
    that the old version does not know are passed over: they speak of a version before it.
    """
    origins: dict[str, tuple[str, ...]] = {}
    heirs: dict[str, list[str]] = {code: [] for code in old.by_code}
    for criterion in new.all_criteria:
        codes = dict.fromkeys((criterion.code, *criterion.replaces))
        origins[criterion.code] = tuple(code for code in codes if code in heirs)
        for code in origins[criterion.code]:
            heirs[code].append(criterion.code)
    return Lineage(origins, {code: tuple(found) for code, found in heirs.items()})
