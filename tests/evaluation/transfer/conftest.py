from collections.abc import Iterator
from pathlib import Path

import pytest

from gennape.evaluation.transfer import TransferTest, transfer
from helpers.tiny_tables import short_split, tiny_estimator, write_nasbench101, write_nasbench201


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two readable tables, one that is none; the others are absent."""
    folder = tmp_path_factory.mktemp("data")
    write_nasbench101(folder)
    write_nasbench201(folder, rows=104)
    (folder / "accel_nasbench.parquet").write_bytes(b"no table")
    tiny_estimator().save_pretrained(folder / "estimator")
    return folder


@pytest.fixture(autouse=True)
def _short_tables() -> Iterator[None]:
    with short_split():
        yield


@pytest.fixture(scope="session")
def tiny_test(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> TransferTest:
    """A finished quick test."""
    with short_split():
        out = tmp_path_factory.mktemp("test")
        return transfer(tiny_data, out, estimator=tiny_data / "estimator", quick=True)
