"""Names and numbers of clusters, as people write them."""

from __future__ import annotations

import unicodedata

import pytest

from emulation.domain.clusters import cluster_name, number_clusters


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("1", "Cụm thi đua số 1"),
        ("08", "Cụm thi đua số 8"),
        ("Cụm 3", "Cụm thi đua số 3"),
        ("CỤM THI ĐUA SỐ 3", "Cụm thi đua số 3"),
        (unicodedata.normalize("NFD", "cụm số  12"), "Cụm thi đua số 12"),
        (" Cụm  Tây Bắc ", "Cụm Tây Bắc"),
        ("0", "0"),
        ("Cụm số 3 mới", "Cụm số 3 mới"),
    ],
)
def test_cluster_name_is_one_whatever_people_write(written: str, name: str) -> None:
    assert cluster_name(written) == name


@pytest.mark.parametrize(
    ("names", "taken", "numbers"),
    [
        (["Cụm thi đua số 2", "Cụm thi đua số 1"], {}, {"Cụm thi đua số 1": 1, "Cụm thi đua số 2": 2}),
        (["Cụm Đông", "Cụm Bắc"], {}, {"Cụm Bắc": 1, "Cụm Đông": 2}),
        (["Cụm Bắc", "Cụm thi đua số 1"], {}, {"Cụm thi đua số 1": 1, "Cụm Bắc": 2}),
        (["Cụm Bắc", "Cụm Đông"], {"Cụm Đông": 1, "Cụm Nam": 2}, {"Cụm Đông": 1, "Cụm Bắc": 2}),
        (["Cụm Bắc", "Cụm thi đua số 1"], {"Cụm Bắc": 1}, {"Cụm Bắc": 1, "Cụm thi đua số 1": 2}),
    ],
    ids=["said", "by-name", "said-first", "kept", "kept-first"],
)
def test_number_clusters_gives_each_name_its_own(
    names: list[str], taken: dict[str, int], numbers: dict[str, int]
) -> None:
    assert number_clusters(names, taken) == numbers
