import numpy as np
import pytest

from gennape.benchmarks.tables.nasbench101 import split


def test_the_published_split() -> None:
    train, validation, test = split(30_001)
    assert (len(train), len(validation), len(test)) == (26_001, 1_000, 3_000)
    np.testing.assert_array_equal(np.concatenate([train, validation, test]), np.arange(30_001))


@pytest.mark.parametrize("rows", [0, 40, 4_000])
def test_tables_too_short_to_be_split(rows: int) -> None:
    with pytest.raises(ValueError, match=f"a table of {rows} rows is too short"):
        split(rows)
