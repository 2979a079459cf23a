"""Invented rounds of any size for measuring: criteria of all nine kinds, units in eight clusters."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

KINDS = (
    "{kind: ratio, target: 99.5, floor: 90, unit: '%'}",
    "{kind: steps, steps: [{from: 98, points: 10}, {from: 95, points: 8}, {from: 90, points: 5}], unit: '%'}",
    "{kind: judged, step: 0.25}",
    "{kind: levels, levels: [{label: Tốt, points: 10}, {label: Khá, points: 7}, {label: Đạt, points: 5}]}",
    "{kind: check}",
    "{kind: checklist, items: [{code: a, label: A, points: 4}, {code: b, label: B, points: 6}]}",
    "{kind: count, each: 0.5}",
    "{kind: progress, full_gain: 5, ceiling: 99.9, unit: '%'}",
    "{kind: external}",
)
CORE = 52  # in six sections; with 4 bonus and 4 deductions 60 criteria
SECTIONS = 6


def criteria_yaml(*, core: int = CORE) -> str:
    """A set of so many core criteria, from six on, in six sections; with 4 bonus and 4 deductions."""
    lines = [
        "set: do-luong",
        'version: "1"',
        "title: Bộ tiêu chí để đo (minh họa)",
        "status: illustrative",
        "scale: 100",
        "bonus_cap: 5",
        "grades: [{name: Xuất sắc, from: 90}, {name: Tốt, from: 80}, {name: Hoàn thành, from: 0}]",
        'tie_breakers: [deductions, "section:S2", progress]',
        "sections:",
    ]
    number = 0
    for section in range(1, SECTIONS + 1):
        lines += [f"  - code: S{section}", f"    title: Phần {section}", f"    coefficient: {1 + section % 2}"]
        lines.append("    criteria:")
        for _ in range(core // SECTIONS + (section <= core % SECTIONS)):
            kind = KINDS[number % len(KINDS)]
            tags = ", applies_to: [dan-toc]" if number == 17 else ""
            lines.append(f"      - {{code: C{number}, title: Tiêu chí {number}, max: 10{tags}, rule: {kind}}}")
            number += 1
    for name, letter in (("bonus", "B"), ("deductions", "D")):
        lines.append(f"{name}:")
        lines += [
            f"  - {{code: {letter}{i}, title: {letter} {i}, max: 2, rule: {{kind: count, each: 0.5}}}}"
            for i in range(4)
        ]
    return "\n".join(lines) + "\n"


def entry(number: int, random: Random) -> dict[str, object]:
    """An entry for criterion `number`."""
    match number % len(KINDS):
        case 0:
            whole = random.randint(50, 900)
            return {"part": random.randint(whole * 85 // 100, whole), "whole": whole}
        case 1:
            return {"value": random.randint(850, 1000) / 10}
        case 2:
            return {"points": random.randint(20, 40) / 4}
        case 3:
            return {"level": random.choice(("Tốt", "Khá", "Đạt"))}
        case 4:
            return {"met": random.random() < 0.8}
        case 5:
            return {"met": random.sample(("a", "b"), random.randint(0, 2))}
        case 6:
            return {"count": random.randint(0, 25)}
        case 7:
            before = random.randint(800, 990) / 10
            return {"before": before, "now": round(before + random.randint(-20, 60) / 10, 1)}
        case _:
            return {"points": random.randint(20, 40) / 4}


def write_sheets(path: Path, units: int, *, core: int = CORE) -> None:
    """The sheets file of a round with so many units, for a set of so many core criteria."""
    random = Random(7)  # noqa: S311  # invented figures
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for i in range(units):
            entries = {f"C{number}": entry(number, random) for number in range(core)}
            entries |= {f"{letter}{j}": {"count": random.randint(0, 3)} for letter in "BD" for j in range(4)}
            sheet = {
                "unit": f"{i:05d}",
                "name": f"Đơn vị {i}",
                "cluster": str(i % 8 + 1),
                "tags": ["dan-toc"] if i % 3 else [],
                "entries": entries,
                "excluded": None,
            }
            file.write(("," if i else "") + json.dumps(sheet, ensure_ascii=False))
        file.write("]")
