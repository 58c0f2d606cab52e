from pathlib import Path

import pytest

from gennape.evaluation.transfer import storage
from gennape.evaluation.transfer.storage import code_digest, digest


def test_digests() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest("a", "b") != digest("ab")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ('"""Other words."""\n\nX = 1\n\n\ndef f():\n    """Doc."""\n    return X  # why\n', True),
        ('X = 1\n"""Of X."""\n\n\ndef f():\n    "Doc."\n    """More."""\n    return X\n', True),
        ("X = 2\n\n\ndef f():\n    return X\n", False),
        ('X = 1\n\n\ndef f():\n    return "X"\n', False),
    ],
)
def test_only_what_code_does_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, same: bool
) -> None:
    monkeypatch.setattr(storage.gennape, "__file__", str(tmp_path / "__init__.py"))
    names = []
    for content in ("X = 1\ndef f(): return X\n", text):
        (tmp_path / "room").mkdir(exist_ok=True)
        (tmp_path / "room" / "module.py").write_text(content)
        names.append(code_digest.__wrapped__("room"))
        assert names[-1] != code_digest.__wrapped__("other")
        assert code_digest.__wrapped__("room/module.py") == names[-1]
    assert (names[0] == names[1]) is same
