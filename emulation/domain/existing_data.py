"""Which figures exist already, so that nobody has to count them again: read from the `source` of a criterion."""

from __future__ import annotations

import re
import unicodedata

from emulation.domain.criteria import Criterion

# A source is existing data when it names one of these kinds of systems; "Báo cáo của Sở" or "Danh sách do Sở quản lý"
# is something that a person writes for the occasion. The convention is explained in criteria/README.md.
SYSTEMS = (
    "cơ sở dữ liệu",  # Cơ sở dữ liệu ngành
    "hệ thống",  # Hệ thống quản lý văn bản, Hệ thống một cửa điện tử
    "phần mềm",
    "cổng dịch vụ công",
)
_NAMED = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in SYSTEMS))


def is_from_existing_data(criterion: Criterion) -> bool:
    """Whether the criterion's `source` names a database or system that holds its figure already.

    Upper and lower case and both Unicode spellings of Vietnamese count alike; an empty source names nothing.
    """
    return _NAMED.search(unicodedata.normalize("NFC", criterion.source).casefold()) is not None
