"""The README's screenshots, taken from a fresh demo in a headless browser: `python -m tools.screenshots`."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tools.system import chromium

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
# file name, role of the demo account, path, size of the window
SHOTS = (
    ("sheet", "unit_officer", "/sheet", DESKTOP),
    ("sheet-phone", "unit_officer", "/sheet", PHONE),
    ("board", "department", "/periods/2022-2023/board", DESKTOP),
    ("review", "reviewer", "/periods/2022-2023/reviews/I.2", DESKTOP),
    ("editor", "department", "/drafts/1?node=15", DESKTOP),
    ("lean", "leader", "/periods/2021-2022/lean", DESKTOP),
    ("ranking", "leader", "/periods/2021-2022/ranking", DESKTOP),
)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_demo(folder: Path) -> Iterator[tuple[str, dict[str, dict[str, str]]]]:
    """The address of a fresh demo and its accounts, the first of each role."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "emulation.cli", "demo", f"--port={port}", f"--folder={folder}"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT) as server:
        try:
            for _ in range(600):
                if server.poll() is not None:
                    raise RuntimeError("the demo did not start")
                try:
                    urllib.request.urlopen(f"{address}/sign-in", timeout=2).close()  # noqa: S310  # our own address
                    break
                except OSError:
                    time.sleep(0.1)
            accounts: dict[str, dict[str, str]] = {}
            for account in json.loads((folder / "demo_accounts.json").read_text(encoding="utf-8")):
                accounts.setdefault(account["role"], account)
            yield address, accounts
        finally:
            server.terminate()


def sign_in(browser: Browser, address: str, account: dict[str, str], size: dict[str, int]) -> Page:
    """A page of a signed-in person."""
    page = browser.new_context(viewport=size, locale="vi-VN").new_page()  # type: ignore[arg-type]  # a plain dict
    page.goto(f"{address}/sign-in")
    page.fill("input[name=email]", account["email"])
    page.fill("input[name=password]", account["password"])
    page.click("main button[type=submit]")
    return page


def take(folder: Path) -> None:
    """Write every screenshot into docs/images."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with running_demo(folder) as (address, accounts), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for name, role, path, size in SHOTS:
            page = sign_in(browser, address, accounts[role], size)
            page.goto(address + path)
            if path == "/sheet":  # leads to the unit's own sheet; one row is opened
                page.goto(f"{page.url}?open=III.2#III.2")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=IMAGES / f"{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="emulation-shots-") as made:
        take(Path(made) / "demo")
