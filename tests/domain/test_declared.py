"""What the council meets on a line, as a table over the set of the nine kinds."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from emulation.domain import criteria as domain
from emulation.domain.declared import PART_NAMES, REMARK_NAMES, Declared, Part, Remark, declared, parts_of
from emulation.domain.scoring import EntryRefused

CRITERIA = domain.load((Path(__file__).parents[1] / "data" / "nine-kinds.yaml").read_bytes())


def line(code: str, entry: dict[str, Any] | None, *, tags: tuple[str, ...] = (), proof: bool = True) -> Declared:
    return declared(
        CRITERIA.by_code[code], parts_of(CRITERIA)[code], tags=tags, entry=entry, has_evidence=proof, precision=2
    )


def test_parts_of_names_every_criterion_in_order() -> None:
    parts = parts_of(CRITERIA)
    assert list(parts) == [criterion.code for criterion in CRITERIA.all_criteria]
    assert [code for code, part in parts.items() if part is not Part.CORE] == ["B.1", "D.1"]
    assert parts["B.1"] is Part.BONUS
    assert parts["D.1"] is Part.DEDUCTION


@pytest.mark.parametrize(
    ("code", "entry", "counted", "needs", "remarks"),
    [
        ("I.1", {"part": "95", "whole": "98"}, "9.69", True, ()),
        ("I.1", None, "0", True, (Remark.NOT_DECLARED,)),
        ("I.2", {"value": "91,5"}, "3.00", True, ()),
        ("II.2", {"met": False}, "0.00", True, ()),  # 0 is a score
        ("II.5", None, None, True, ()),  # only the ministry scores: nothing to remark
        ("III.1", {"not_applicable": True, "reason": "x"}, None, True, (Remark.SKIPPED,)),
        ("B.1", None, "0", False, ()),  # nobody has to declare a bonus
        ("B.1", {"count": 2}, "1.00", True, ()),
        ("D.1", None, "0", False, ()),
        ("D.1", {"count": 1}, "0.50", True, ()),
    ],
)
def test_declared_line_is_compared_and_remarked(
    code: str, entry: dict[str, Any] | None, counted: str | None, needs: bool, remarks: tuple[Remark, ...]
) -> None:
    found = line(code, entry)
    assert found.counted == (None if counted is None else Decimal(counted))
    assert found.needs_points is needs
    assert found.remarks == remarks
    assert found.can_be_accepted is (entry is not None)


def test_declared_line_without_required_evidence_is_remarkable() -> None:
    assert line("I.1", {"part": "1", "whole": "2"}, proof=False).remarks == (Remark.NO_EVIDENCE,)
    assert line("I.2", {"value": "91"}, proof=False).remarks == ()  # its evidence is not required
    skipped = line("III.1", {"not_applicable": True, "reason": "x"}, proof=False)
    assert skipped.remarks == (Remark.SKIPPED,)


def test_declared_line_that_does_not_apply_needs_nothing() -> None:
    found = line("III.2", None)
    assert (found.applies, found.needs_points, found.remarks, found.can_be_accepted) == (False, False, (), False)
    assert line("III.2", None, tags=("dan-toc",)).needs_points is True


def test_declared_line_refuses_what_its_rule_cannot_score() -> None:
    with pytest.raises(EntryRefused) as refused:
        line("I.1", {"part": "9", "whole": "8"})
    assert refused.value.code == "I.1"


@pytest.mark.parametrize(
    ("code", "entry", "points", "differs", "worse"),
    [
        ("I.1", {"part": "95", "whole": "98"}, "9.69", False, False),
        ("I.1", {"part": "95", "whole": "98"}, "9.690", False, False),
        ("I.1", {"part": "95", "whole": "98"}, "9.68", True, True),
        ("I.1", {"part": "95", "whole": "98"}, "9.7", True, False),
        ("I.1", None, "0", False, False),  # nothing declared counts 0
        ("I.1", None, "2", True, False),
        ("I.1", None, None, True, False),  # "not applicable" that nobody declared
        ("II.5", None, "3", False, False),
        ("III.1", {"not_applicable": True, "reason": "x"}, None, False, False),
        ("III.1", {"not_applicable": True, "reason": "x"}, "0", True, True),
        ("III.1", {"not_applicable": True, "reason": "x"}, "5", True, False),
        ("D.1", None, "0.5", True, True),  # a deduction hurts upwards
        ("D.1", {"count": 2}, "0.5", True, False),
    ],
)
def test_points_differ_and_hurt(
    code: str, entry: dict[str, Any] | None, points: str | None, differs: bool, worse: bool
) -> None:
    found = line(code, entry)
    decided = None if points is None else Decimal(points)
    assert found.differs(decided) is differs
    assert found.is_worse(decided) is worse


def test_every_remark_and_part_beyond_the_core_has_a_name() -> None:
    assert set(REMARK_NAMES) == set(Remark)
    assert set(PART_NAMES) == {Part.BONUS, Part.DEDUCTION}
