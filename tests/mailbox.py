"""A real SMTP server on this machine for tests, and what it got."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Inbox:
    """What a server got. `refuse`: addresses that it does not take; `drop`: it hangs up instead of taking a letter."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], bytes]] = []
        self.refuse: set[str] = set()
        self.drop = False
        self.was_encrypted: list[bool] = []

    async def handle_RCPT(  # noqa: N802  # the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.drop:
            assert server.transport is not None
            server.transport.abort()
            return "421 gone"
        self.was_encrypted.append(session.ssl is not None)
        assert isinstance(envelope.content, bytes)
        self.letters.append((list(envelope.rcpt_tos), envelope.content))
        return "250 OK"

    @property
    def messages(self) -> list[EmailMessage]:
        """The letters, parsed."""
        return [message_from_bytes(content, policy=policy.default) for _, content in self.letters]  # type: ignore[misc]


@contextmanager
def serving(inbox: Inbox, **options: Any) -> Iterator[int]:
    """A real SMTP server on this machine; gives its port."""
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def free_port() -> int:
    """A port where nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
