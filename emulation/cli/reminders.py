"""`emulation remind`: who is reminded of what today, and sending it; for cron or a systemd timer."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from emulation.cli.base import Failed, connected, database, find_period, refusals

STATES = {"sent": "đã gửi", "failed": "chưa gửi được", "unknown": "không rõ đã đi chưa", "done": "hôm nay đã nhắc"}


@click.command()
@click.option("--period", "code", required=True, help="Code of the period, e.g. 2022-2023.")
@click.option("--send", is_flag=True, help="Send the letters; without it they are only listed.")
def remind(code: str, send: bool) -> None:
    """Nhắc hạn: list today's reminders of a period, or send them (at most one a person and day)."""
    from emulation import jobs
    from emulation.config import settings_from
    from emulation.db import make_sessions, writing
    from emulation.domain.reminders import name_of
    from emulation.mail import MailTrouble
    from emulation.services import deliveries, reminders
    from emulation.services.actor import Actor

    settings, now = settings_from(), datetime.now(UTC)
    with refusals():
        plan = jobs.plan_in(settings)
    with database(writes=False) as session:
        period = find_period(session, code)
        found = reminders.letters_of(session, period, jobs.desk_of(settings), plan, now=now)
        letters, silent = found.letters, ", ".join(sheet.short_name for sheet in found.unreached)
        period_id = period.id
    try:
        jobs.postbox_of(settings)  # refused before anything is stored
        no_mail = ""
    except MailTrouble as trouble:
        no_mail = f"{trouble} {trouble.advice}"
    if send and no_mail:
        raise Failed(no_mail)

    def line(letter: reminders.Letter, state: str) -> str:
        why = ", ".join(str(name_of(one)) for one in letter.occasions)
        return f"{state}: {letter.email} ({letter.unit or settings.department}; {why}): {letter.digest.subject}"

    if silent:
        click.echo(f"không có ai nhận thư: {silent}")
    if not send:
        for letter in letters:
            click.echo(line(letter, "hôm nay đã nhắc" if letter.done else "sẽ gửi"))
        count = sum(not letter.done for letter in letters)
        click.echo(f"{count} thư sẽ gửi. Thêm --send để gửi." if count else "Không có thư nào phải gửi.")
        if no_mail:
            click.echo(no_mail)
        return
    with connected() as engine:
        sessions = make_sessions(engine)
        posted = jobs.post_letters(sessions, letters, period_id=period_id, open_box=lambda: jobs.postbox_of(settings))
        counts = {state: sum(one.state == state for one in posted) for state in STATES}
        if any(counts[state] for state in STATES if state != "done"):
            with sessions() as session:
                writing(session)
                some = {name: n for name, n in counts.items() if n}
                deliveries.record_run(session, Actor(None), find_period(session, code), some, now=now)
                session.commit()
    for one in posted:
        click.echo(line(one.letter, STATES[one.state]) + (f" - {one.trouble}" if one.trouble else ""))
    click.echo(
        "; ".join(f"{n} thư {STATES[state]}" for state, n in counts.items() if n) or "Không có thư nào phải gửi."
    )
    if counts["failed"] or counts["unknown"]:
        raise SystemExit(1)
