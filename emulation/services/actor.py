"""Who acts: an account seen from the services, or the command line."""

from __future__ import annotations

from dataclasses import dataclass

from emulation.models import User


@dataclass(frozen=True)
class Actor:
    """The person behind an act and where they act from. `user` is None for the command line."""

    user: User | None
    address: str = ""

    @property
    def name(self) -> str:
        """Name as it stands in the history."""
        return self.user.name if self.user else "Dòng lệnh"

    @property
    def user_id(self) -> int:
        """Key of the account.

        Raises:
            AssertionError: the command line, which has none; acts that need a person must not be called from there.
        """
        assert self.user is not None
        return self.user.id
