"""Makes the demo database once, whole or not at all."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from emulation.config import Settings
from emulation.db import make_engine, make_sessions, writing
from emulation.demo.people import ReadyAccount, new_password, ready_accounts, write_accounts
from emulation.demo.seed import seed
from emulation.schema import migrate


def make_demo(folder: Path, *, fresh: bool, public_url: str) -> tuple[Settings, list[ReadyAccount]]:
    """Settings of the demo in `folder` and its accounts; the database is made if it is not there yet.

    It is built under another name and renamed when complete, so that a broken start leaves nothing half made.
    """
    database = folder / "emulation.db"
    settings = Settings(
        database_url=f"sqlite:///{database}",
        evidence_dir=str(folder / "evidence"),
        public_url=public_url,
        demo=True,
    )
    if fresh and folder.exists():
        shutil.rmtree(folder)
    if not database.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / "unfinished.db"
        for left in folder.glob("unfinished.db*"):
            left.unlink()
        engine = make_engine(f"sqlite:///{unfinished}")
        migrate(engine)
        password = new_password()
        with make_sessions(engine)() as db:
            writing(db)
            seed(db, settings, password=password, now=datetime.now(UTC))
            db.commit()
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        write_accounts(settings, password)
        unfinished.rename(database)
    engine = make_engine(settings.database_url)
    migrate(engine)
    engine.dispose()
    return settings, ready_accounts(settings)
