"""Invented figures for one criterion: plausible, and the same for the same seed."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from emulation.domain.criteria import Criterion
from emulation.domain.rules import Check, Checklist, Count, External, Judged, Levels, Progress, Ratio, Steps

WHOLES = (24, 48, 60, 96, 120, 184, 250, 312, 420, 560)
UNEVEN_STEP = Decimal("0.1")


def invented_entry(criterion: Criterion, quality: float, random: Random) -> dict[str, Any] | None:
    """An entry that this rule accepts; `quality` 0..1 moves it from weak to best. None where a unit gives nothing."""
    rule = criterion.rule
    if isinstance(rule, External):
        return None
    if isinstance(rule, Judged):
        steps = int(criterion.max / rule.step)
        return {"points": _text(min(round(steps * (0.62 + 0.38 * quality)), steps) * rule.step)}
    if isinstance(rule, Levels):
        place = min(int((1 - quality) * len(rule.levels) * 0.8), len(rule.levels) - 1)
        return {"level": rule.levels[place].label}
    if isinstance(rule, Check):
        return {"met": quality > 0.12}
    if isinstance(rule, Checklist):
        missed = min(int((1 - quality) * len(rule.items) * 0.7), len(rule.items) - 1)
        left_out = set(random.sample(range(len(rule.items)), missed))
        return {"met": [item.code for i, item in enumerate(rule.items) if i not in left_out]}
    if isinstance(rule, Count):
        most = int(criterion.max / rule.each)
        return {"count": max(0, round(most * (0.35 + 0.75 * quality)))}
    if isinstance(rule, Progress):
        gain = float(rule.full_gain) * (quality * 1.15 - 0.05)
        start = float(rule.ceiling) - float(rule.full_gain) * 1.6 if rule.ceiling is not None else 70.0
        if rule.better == "lower":
            start = float(rule.ceiling if rule.ceiling is not None else 0) + float(rule.full_gain) * 1.6
            gain = -gain
        before = _tenth(max(start, 0.0))
        now = max(before + _tenth(gain), Decimal(0))
        return {"before": _text(before), "now": _text(min(now, Decimal(100)) if rule.unit == "%" else now)}
    if isinstance(rule, Ratio):
        low, high = float(rule.floor), float(rule.target)
        value = low + (high - low) * (0.25 + 0.85 * quality)
    else:
        assert isinstance(rule, Steps)
        worst, best = float(rule.steps[-1].start), float(rule.steps[0].start)
        width = abs(best - worst) or 10.0
        value = worst + (best - worst) * (quality * 1.35 - 0.15) + (0.1 * width if best > worst else -0.1 * width)
    value = max(value, 0.0)
    if rule.unit == "%":
        value = min(value, 100.0)
    if "part" in criterion.labels:
        whole = random.choice(WHOLES)
        part = min(round(whole * value / 100), whole)
        return {"part": str(part), "whole": str(whole)}
    return {"value": _text(_tenth(value))}


def _tenth(value: float) -> Decimal:
    return Decimal(round(value * 10)) / 10


def _text(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def small_pdf(title: str) -> bytes:
    """A valid one-page PDF that says it is an example; `title` in ASCII keeps the bytes of each document apart."""
    shown = title.encode("ascii", "replace").decode().replace("(", "[").replace(")", "]").replace("\\", "/")
    stream = (
        "BT /F1 16 Tf 60 780 Td (Tai lieu minh hoa) Tj ET\n"
        f"BT /F1 11 Tf 60 750 Td ({shown}) Tj ET\n"
        "BT /F1 11 Tf 60 730 Td (Moi so lieu trong ban trinh dien la minh hoa.) Tj ET"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        ),
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    ]
    body = "%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    body += f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    body += f"startxref\n{body.index('xref')}\n%%EOF\n"
    return body.encode("ascii")
