"""Passwords: which are strong enough, and their argon2 hashes."""

from __future__ import annotations

import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from emulation.errors import Invalid
from emulation.words import N_

# OWASP's parameters for argon2id: 19 MiB and two passes. The library's own take five times as long, and on SQLite a
# sign-in holds the one write lock meanwhile.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
SHORTEST = 10
LONGEST = 200  # argon2 reads all of it
FEWEST_DIFFERENT = 4  # characters
# long enough, and tried first by everybody who guesses
COMMON = frozenset((Path(__file__).parent / "data" / "common_passwords.txt").read_text("ascii").split())


def _spelled(password: str) -> str:
    # Vietnamese keyboards write the same letter as one code point or as two
    return unicodedata.normalize("NFKC", password)


def require_strong(password: str, email: str) -> None:
    """Refuse a password that is too short, the person's e-mail, or one that everybody tries first.

    Raises:
        Invalid: with the reason; `field` is password.
    """
    plain = _spelled(password).casefold()
    if len(plain) < SHORTEST:
        raise Invalid(N_("Mật khẩu cần ít nhất %(n)s ký tự."), "password", n=SHORTEST)
    if len(plain) > LONGEST:
        raise Invalid(N_("Mật khẩu dài nhất %(n)s ký tự."), "password", n=LONGEST)
    if plain in (email, email.partition("@")[0]):
        raise Invalid(N_("Mật khẩu không được là thư điện tử của mình."), "password")
    if plain in COMMON or len(set(plain)) < FEWEST_DIFFERENT:
        raise Invalid(N_("Mật khẩu này quá dễ đoán. Thử ghép vài từ không liên quan với nhau."), "password")


def hashed(password: str) -> str:
    """The hash that is stored."""
    return HASHER.hash(_spelled(password))


def matches(known: str | None, password: str) -> bool:
    """Whether the password is the one of the hash. Without a hash it takes the same time and never is."""
    try:
        fits = HASHER.verify(known or _nobodys_hash(), _spelled(password[: 2 * LONGEST]))
    except VerifyMismatchError:
        return False
    return fits and known is not None


def is_dated(known: str | None) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return known is not None and HASHER.check_needs_rehash(known)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return HASHER.hash(secrets.token_hex())
