"""`emulation run` and `emulation demo`: the web server."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from emulation.cli.base import connected, refusals, settled
from emulation.config import THREADS


def serve(settings_environment: dict[str, str], host: str, port: int, workers: int) -> None:
    """Replace this process by gunicorn."""
    os.environ.update(settings_environment)
    gunicorn = Path(sys.executable).with_name("gunicorn")
    arguments = [
        str(gunicorn),
        "emulation:application()",
        f"--bind={host}:{port}",
        f"--workers={workers}",
        f"--threads={THREADS}",
        "--timeout=60",
        "--keep-alive=30",  # a page that saves every few seconds keeps its connection
        "--preload",
        "--no-control-socket",  # it would write into the home folder
    ]
    os.execv(arguments[0], arguments)  # noqa: S606  # no shell is wanted


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
def run(host: str, port: int, workers: int) -> None:
    """Serve the application; settings come from EMULATION_* variables. The schema is brought up to date first."""
    from emulation.config import require_folder, settings_from
    from emulation.jobs import plan_in
    from emulation.schema import migrate

    with refusals():
        plan_in(settings_from())
    with connected(creates=True) as engine:
        migrate(engine)
    with settled():
        require_folder(settings_from())
    serve({}, host, port, workers)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--folder", default=None, type=click.Path(file_okay=False, path_type=Path), help="Default: var/demo.")
@click.option("--fresh", is_flag=True, help="Throw the demo database away and make a new one.")
@click.option("--no-serve", is_flag=True, help="Only make the database and print the accounts.")
def demo(host: str, port: int, folder: Path | None, fresh: bool, no_serve: bool) -> None:
    """Make the demo round (63 units, one finished round and one in progress) and serve it."""
    from emulation.config import ROOT
    from emulation.demo.make import make_demo

    folder = (folder or ROOT / "var" / "demo").resolve()
    with refusals():
        settings, accounts = make_demo(folder, fresh=fresh, public_url=f"http://{host}:{port}")
    click.echo("Bản trình diễn, mọi số liệu là minh họa. Tài khoản sẵn có:")
    for account in accounts:
        click.echo(f"  {account.email:<28} {account.password}   {account.who}")
    if no_serve:
        return
    click.echo(f"Mở http://{host}:{port} trong trình duyệt; dừng bằng Ctrl+C.")
    sys.stdout.flush()
    environment = {
        "EMULATION_DATABASE_URL": settings.database_url,
        "EMULATION_EVIDENCE_DIR": settings.evidence_dir,
        "EMULATION_PUBLIC_URL": settings.public_url,
        "EMULATION_DEMO": "1",
    }
    serve(environment, host, port, 2)
