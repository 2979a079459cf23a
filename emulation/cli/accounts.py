"""`emulation db ...` and `emulation user ...`: the database and its accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from emulation.cli.base import connected, database


@click.group()
def db() -> None:
    """Cơ sở dữ liệu (database)."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the schema of this version."""
    from emulation.schema import current_revision, migrate

    with connected(creates=True) as engine:
        migrate(engine)
        click.echo(f"Cơ sở dữ liệu ở phiên bản {current_revision(engine)}.")


@click.group()
def user() -> None:
    """Tài khoản (accounts)."""


def print_invitation(invitation: Any) -> None:
    """The activation link and code; they are shown only now."""
    from emulation.config import VIETNAM, settings_from

    until = invitation.until.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
    click.echo(f"Tài khoản: {invitation.user.email}")
    click.echo(f"Kích hoạt: {invitation.link(settings_from().public_url)}")
    click.echo(f"Mã: {invitation.code} (một lần, đến {until})")


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="Full name.")
@click.option("--role", required=True, help="admin, department, reviewer, unit_officer, unit_director, ...")
@click.option("--title", default="", help="Post (chức vụ).")
@click.option("--unit", "unit_code", default=None, help="Code of the unit, for people of a unit.")
@click.option("--home-unit", "home_code", default=None, help="Code of a reviewer's own unit: conflict of interest.")
def user_add(email: str, name: str, role: str, title: str, unit_code: str | None, home_code: str | None) -> None:
    """Create an account and print its activation link and code, once."""
    from emulation.services.accounts import create_account
    from emulation.services.actor import Actor
    from emulation.services.units import find_unit

    with database() as session:
        invitation = create_account(
            session,
            Actor(None),
            email=email,
            name=name,
            role=role,
            title=title,
            unit=find_unit(session, unit_code) if unit_code else None,
            home_unit=find_unit(session, home_code) if home_code else None,
            now=datetime.now(UTC),
        )
    print_invitation(invitation)


@user.command("reset")
@click.argument("email")
def user_reset(email: str) -> None:
    """End the sessions of an account, forget its password and print a new activation link and code."""
    from emulation.services.accounts import find_account, reset_account
    from emulation.services.actor import Actor

    with database() as session:
        invitation = reset_account(session, Actor(None), find_account(session, email), now=datetime.now(UTC))
    print_invitation(invitation)
