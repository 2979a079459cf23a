"""The countdown in a browser: the server's clock counts, a sleep is caught up, screen readers hear the last steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from emulation.models import PhaseWindow
from tests.journeys.browsers import Visitors, cookie_of
from tests.world import World

pytestmark = pytest.mark.any_database


def test_countdown_goes_by_the_servers_clock(db: Session, world: World, site: Flask, visitors: Visitors) -> None:
    now = datetime.now(UTC)
    for window in db.scalars(select(PhaseWindow)):
        window.closes_at = now + timedelta(hours=2, seconds=40)
    db.commit()
    page = visitors.come()
    page.context.add_cookies([cookie_of(site, visitors.address, world.people["unit_officer"])])
    page.clock.install(time=now - timedelta(days=3))  # a browser whose clock is wrong
    page.goto("/")
    timer, heard = page.get_by_role("timer"), page.locator("[data-countdown-status]")
    expect(timer).to_have_text("Còn 2 giờ 0 phút")
    page.clock.run_for(61_000)
    expect(timer).to_have_text("Còn 1 giờ 59 phút")
    expect(heard).to_have_text("")
    page.clock.fast_forward(3_600_000)  # an hour of sleep
    expect(timer).to_have_text("Còn 59 phút")
    expect(heard).to_have_text("Còn 59 phút")  # within the last hour
    page.clock.run_for(60_000)
    expect(timer).to_have_text("Còn 58 phút")
    expect(heard).to_have_text("Còn 59 phút")  # no chatter
    page.clock.fast_forward(3_600_000)
    expect(timer).to_have_text("Đã hết hạn")
    expect(heard).to_have_text("Đã hết hạn")
    page.clock.set_system_time(now + timedelta(days=30))  # somebody sets the clock: the server is asked
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(timer).to_have_text("Còn 2 giờ 0 phút")
