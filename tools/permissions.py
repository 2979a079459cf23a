"""docs/permissions.md: who may do what, from the table in access.py and the routes of the application."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask

from emulation import create_app
from emulation.access import RULES, Permission
from emulation.config import Settings
from emulation.models.people import ROLE_NAMES

HEAD = """# Permissions

Made by `make docs` from `emulation/access.py` and the routes; a test keeps it current. What is not granted here is
refused. A grant holds when all its conditions hold; a permission is given by any of its grants. The thing is the one
that the address names (a sheet, a period, an account), loaded before the question is asked.
"""


def make_app() -> Flask:
    """The application, for its routes only: no database is opened."""
    return create_app(Settings(database_url="sqlite://", secret_key="only-for-the-docs"))  # noqa: S106  # signs nothing


def routes(app: Flask) -> Iterator[tuple[str, str, str, Permission]]:
    """Every guarded route: path, method, endpoint, permission, ordered by path."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        allow = getattr(app.view_functions[rule.endpoint], "allow", None)
        if allow is not None:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule.rule, method, rule.endpoint, allow


def words_of(grant: tuple[object, ...]) -> str:
    """A grant as "department / leader, is_published"."""
    return " **and** ".join(f"`{predicate.__name__}`" for predicate in grant)  # type: ignore[attr-defined]  # functions


def as_markdown(app: Flask) -> str:
    """The whole page."""
    lines = [HEAD, "## Roles\n", "| role | on screen |", "|---|---|"]
    lines += [f"| `{role.value}` | {name} |" for role, name in ROLE_NAMES.items()]
    lines += ["", "## Conditions\n", "| condition | holds when |", "|---|---|"]
    predicates = {predicate.__name__: predicate for grants in RULES.values() for grant in grants for predicate in grant}
    lines += [
        f"| `{name}` | {(predicate.__doc__ or '').strip().splitlines()[0]} |"
        for name, predicate in sorted(predicates.items())
        if not (predicate.__doc__ or "").startswith("Role:")
    ]
    lines += ["", "## Grants\n", "| permission | granted to |", "|---|---|"]
    lines += [
        f"| `{permission.value}` | {'<br>'.join(words_of(grant) for grant in RULES.get(permission, ())) or '-'} |"
        for permission in Permission
    ]
    lines += ["", "## Routes\n", "| path | method | endpoint | permission |", "|---|---|---|---|"]
    lines += [f"| `{path}` | {method} | `{name}` | `{allow.value}` |" for path, method, name, allow in routes(app)]
    return "\n".join(lines) + "\n"
