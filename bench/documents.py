"""Speed of the printed documents."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from emulation.db import make_engine, make_sessions
from emulation.services.periods import load_period
from emulation.services.reports import ranking_report_pdf

NAMES = (
    "Sở Giáo dục và Đào tạo Hà Nội",
    "Sở Giáo dục, Khoa học và Công nghệ tỉnh Bạc Liêu",
    "Trung tâm Hỗ trợ phát triển giáo dục hòa nhập và Phục hồi chức năng tỉnh Bà Rịa - Vũng Tàu",
)
MERIT = (
    "Đã có thành tích xuất sắc trong phong trào thi đua “Đổi mới, sáng tạo trong quản lý, giảng dạy và học tập” "
    "năm học 2021-2022"
)
ONE_RUN = """
import os, resource, sys, time
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from emulation.documents.certificates import certificates_from_files
started = time.perf_counter()
count = certificates_from_files("bang-khen", sys.argv[1], sys.argv[2], illustrative=True)
took = time.perf_counter() - started
print(count / took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def certificates(folder: Path) -> list[tuple[str, float, int, str]]:
    """Certificates per second on one core and peak memory, each run in a process of its own; the median of three."""
    found = []
    for count, target in ((1_000, "30 / s, flat memory"), (4_000, "")):
        listed = folder / f"recipients-{count}.csv"
        lines = ["name;merit;code;check_url"]
        for i in range(count):
            code = f"{i:04d}-7K4M"
            lines.append(f"{NAMES[i % 3]};{MERIT};{code};https://thidua.example/check/{code}")
        listed.write_text("\n".join(lines), encoding="utf-8")
        out = folder / f"certificates-{count}.pdf"
        runs = []
        for _ in range(3 if count == 1_000 else 1):
            done = subprocess.run(
                [sys.executable, "-c", ONE_RUN, str(listed), str(out)],
                check=True,
                capture_output=True,
                text=True,
                env=os.environ,
            )
            rate, memory = done.stdout.split()
            runs.append((float(rate), int(memory)))
        rate, peak = sorted(runs)[len(runs) // 2]
        size = out.stat().st_size / 1e6
        found.append((f"certificates, {count} with frame and QR, {size:.1f} MB", rate, peak, target))
    return found


def ranking_report(folder: Path) -> list[float]:
    """Seconds of the report of the demo's finished round in a running process."""
    seconds = []
    with make_sessions(make_engine(f"sqlite:///{folder / 'demo' / 'emulation.db'}"))() as db:
        period = load_period(db, "2021-2022")
        assert period is not None
        for i in range(4):
            started = time.perf_counter()
            ranking_report_pdf(db, period)
            if i:
                seconds.append(time.perf_counter() - started)
    return seconds
