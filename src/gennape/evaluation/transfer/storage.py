"""Names of stored results that tell whether they still hold."""

import ast
import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import gennape

_DIGITS = 12


def digest(*facts: Any) -> str:
    """A short name for everything that a stored result depends on; facts are plain JSON."""
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:_DIGITS]


@cache
def code_digest(*places: str) -> str:
    """A short name for what the code of some modules or rooms of gennape does.

    Comments, layout and strings that stand alone, as docstrings do, do not count.

    Args:
        places: Paths below the package, such as `"estimator"` or `"evaluation/metrics.py"`.
    """
    root = Path(str(gennape.__file__)).parent
    files = [file for place in places for file in sorted((root / place).rglob("*.py"))]
    files += [root / place for place in places if place.endswith(".py")]
    return digest([_code(file.read_text(encoding="utf-8")) for file in files])


def _code(text: str) -> str:
    return ast.dump(_WithoutLoneStrings().visit(ast.parse(text)))


class _WithoutLoneStrings(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        is_string = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_string else node
