"""Pairs of criteria sets for tests: a small one written out, and what changes of it look like."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from emulation.domain.criteria import CriteriaSet, load

SMALL = """
set: thu
version: "1"
title: Bộ thử (minh họa)
status: illustrative
scale: 100
grades:
  - {name: Tốt, from: 80}
  - {name: Đạt, from: 50}
  - {name: Chưa đạt, from: 0}
tie_breakers: [deductions]
sections:
  - code: I
    title: Cải cách hành chính
    coefficient: 2
    criteria:
      - code: I.1
        title: Dịch vụ công
        max: 10
        owner: van-phong
        source: Cơ sở dữ liệu ngành
        rule: {kind: ratio, target: 100, floor: 0, unit: "%"}
      - code: I.2
        title: Kế hoạch
        max: 5
        evidence: {required: true, hint: Kế hoạch đã ban hành}
        rule: {kind: check}
      - code: I.3
        title: Hồ sơ đúng hạn
        max: 5
        rule: {kind: steps, unit: "%", steps: [{from: 98, points: 5}, {from: 95, points: 4}]}
  - code: II
    title: Truyền thông
    criteria:
      - code: II.1
        title: Chất lượng
        max: 6
        labels: {level: Mức đạt}
        rule: {kind: levels, levels: [{label: Tốt, points: 6}, {label: Khá, points: 4}, {label: Kém, points: 0}]}
      - code: II.2
        title: Danh mục việc
        max: 4
        rule:
          kind: checklist
          items: [{code: a, label: Quy chế, points: 2}, {code: b, label: Diễn tập, points: 2}]
      - code: II.3
        title: Tin, bài
        max: 4
        rule: {kind: count, each: 0.5}
bonus:
  - {code: TH.1, title: Giải pháp, max: 3, rule: {kind: count, each: 1}}
deductions:
  - {code: TR.1, title: Nộp muộn, max: 2, rule: {kind: count, each: 0.5}}
exclusions:
  - {code: X.1, title: Khai sai}
  - {code: X.2, title: Không nộp phiếu}
"""
OLD = load(SMALL)
Data = dict[str, Any]


def plain(criteria: CriteriaSet) -> Data:
    """The set as plain values that may be changed."""
    found: Data = json.loads(criteria.canonical)
    return found


def valid(data: Data) -> CriteriaSet:
    """The set that the values spell; it must pass every check."""
    return load(json.dumps(data, ensure_ascii=False))


def edited(change: Callable[[Data], Any], criteria: CriteriaSet = OLD) -> CriteriaSet:
    """Another version of a set: `change` works on its plain values."""
    data = plain(criteria)
    data["version"] = "2"
    change(data)
    return valid(data)


def leaf(data: Data, code: str) -> Data:
    """The values of one criterion."""
    found: Data = next(one for one in leaves(data) if one["code"] == code)
    return found


def leaves(data: Data) -> list[Data]:
    """Every criterion of a set: core, bonus, deductions."""

    def below(section: Data) -> list[Data]:
        return [*section.get("criteria", []), *(one for child in section.get("sections", []) for one in below(child))]

    return [one for section in data["sections"] for one in below(section)] + data["bonus"] + data["deductions"]


def take(data: Data, code: str) -> Data:
    """Take one criterion out of the set."""

    def lists(sections: list[Data]) -> list[list[Data]]:
        return [part for one in sections for part in (one["criteria"], *lists(one["sections"]))]

    for members in [*lists(data["sections"]), data["bonus"], data["deductions"]]:
        for one in members:
            if one["code"] == code:
                members.remove(one)
                return one
    raise KeyError(code)
