"""How the application says no: one `Refusal` with a sentence for the user, and its kinds."""

from __future__ import annotations

from typing import Any

from emulation.words import N_, Phrase

CHANGED_MEANWHILE = N_("Người khác vừa sửa cùng nội dung này. Mở lại trang để xem bản mới nhất.")


class Refusal(Exception):
    """An act that cannot be done. `message` is a sentence for the user, `field` the input it belongs to.

    Values of the sentence are keyword arguments: `Invalid(N_("Không có mã %(code)s."), code="I.1")`.
    """

    status = 400

    def __init__(self, message: str | Phrase, field: str | None = None, **values: Any) -> None:
        self.phrase = message if isinstance(message, Phrase) else Phrase(message, values)
        self.field = field
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.phrase)


class Invalid(Refusal):
    """What was given is wrong: shown beside its field."""

    status = 422


class WrongState(Refusal):
    """Right act, wrong moment: the thing is in another state, or somebody else was faster."""

    status = 409


class Stale(WrongState):
    """Somebody changed the thing since it was opened; the page shows both versions."""


class Missing(Refusal):
    """There is no such thing."""

    status = 404


class NotYours(Refusal):
    """The thing exists, this person may not."""

    status = 403


class SignInNeeded(Refusal):
    """Nobody is signed in."""

    status = 401


class TooMany(Refusal):
    """Too many attempts in a short time."""

    status = 429
