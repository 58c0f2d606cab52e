from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from gennape import benchmarks, estimator


@pytest.mark.parametrize(
    ("given", "learned"),
    [
        ([], ["nasbench101"]),
        (["--families", "nasbench201,accel_nasbench"], ["nasbench201", "accel_nasbench"]),
        (["--families", "all"], [*benchmarks.names(), benchmarks.MODEL_ZOO]),
    ],
)
def test_families(
    given: list[str],
    learned: list[str],
    run: Callable[..., Result],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(estimator, "pretrain", lambda families, *_, **__: asked.append(families))
    assert "estimator written to" in run("pretrain", "--out", tmp_path, *given).stdout
    assert asked == [learned]
