import json
from pathlib import Path

import pytest

from gennape.evaluation.transfer import provenance
from gennape.evaluation.transfer.eval_table import EvalTable
from gennape.evaluation.transfer.provenance import code_digest, run_provenance


def test_tables_and_seconds(tiny_data: Path) -> None:
    table = EvalTable.read("nasbench201", tiny_data, 50)
    about = run_provenance({"command": "as typed"}, [table], [], {"a": 1.5, "b": 2.0})
    assert about["command"] == "as typed"
    assert about["seconds"] == 3.5
    assert about["tables"] == [
        {"name": "nasbench201", "rows": 104, "judged": 50, "sha256": table.sha256}
    ]
    assert about["versions"]["torch"]
    assert json.loads(json.dumps(about)) == about


def test_other_code_has_another_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance.gennape, "__file__", str(tmp_path / "__init__.py"))
    digests = []
    for text in ("X = 1\n", "X = 1\n", "X = 2\n"):
        (tmp_path / "room").mkdir(exist_ok=True)
        (tmp_path / "room" / "module.py").write_text(text)
        digests.append(code_digest())
    assert digests[0] == digests[1] != digests[2]
