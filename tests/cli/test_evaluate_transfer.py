from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from gennape.evaluation import transfer as room
from gennape.evaluation.transfer import TransferResults, TransferTest

Run = Callable[..., Result]


@pytest.mark.parametrize("failures", [{}, {"table nasbench301": "it does not exist"}])
def test_the_page_and_what_failed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: dict[str, str]
) -> None:
    asked = {}

    def transfer(*folders: Path, **options: object) -> TransferTest:
        asked.update(folders=folders, **options)
        return TransferTest(TransferResults(), failures, tmp_path / "report.html")

    monkeypatch.setattr(room, "transfer", transfer)
    result = run("evaluate", "transfer", "--data", tmp_path, "--out", tmp_path, "--seeds", 2)
    del asked["report"]
    assert asked == {
        "folders": (tmp_path, tmp_path),
        "estimator": "nasbench101",
        "quick": False,
        "seeds": 2,
    }
    assert "report.html" in result.stdout
    assert result.stderr.splitlines() == [f"{part}: {why}" for part, why in failures.items()]
    assert result.exit_code == (1 if failures else 0)


def test_an_absent_folder_is_one_sentence(run: Run, tmp_path: Path) -> None:
    result = run("evaluate", "transfer", "--data", tmp_path / "absent", "--out", tmp_path)
    assert result.exit_code == 1
    assert "absent does not exist" in result.stderr
    assert result.stderr.count("\n") == 1
