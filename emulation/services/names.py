"""Names of the short words in criteria files, for whoever shows a criterion; the printed documents use the same."""

from __future__ import annotations

from emulation.documents.short_names import owner_name, owners, tag_name, tags

__all__ = ["owner_name", "owners", "tag_name", "tags"]
