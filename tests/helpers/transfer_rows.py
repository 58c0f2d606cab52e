"""Measurements of a made-up transfer test."""

from typing import Any

from gennape.evaluation.transfer.protocols import COLUMNS


def transfer_row(
    method: str, column: int, spearman: float, labels: int = 0, draw: int = 0
) -> dict[str, Any]:
    return {
        "protocol": "nasbench101",
        "method": method,
        "seed": 0,
        "table": COLUMNS[column].table,
        "label": COLUMNS[column].label,
        "labels": labels,
        "draw": draw,
        "networks": 100,
        "spearman": spearman,
        "kendall_tau": 0.4,
        "ndcg_10": 0.9,
        "ndcg_50": 0.8,
        "at_equal_size": 0.1,
        "top_tenth": 0.2,
        "regret": 1 - spearman,
    }


ROWS = [
    transfer_row("flops", 1, 0.8),
    transfer_row("parameters", 1, 0.7),
    transfer_row("estimator", 1, 0.9),
    transfer_row("flops", 4, 0.5),
    transfer_row("parameters", 4, 0.6),
    transfer_row("estimator", 4, 0.55),
    transfer_row("estimator", -1, -0.5),
    transfer_row("flops", 1, 0.8, labels=50),
    transfer_row("parameters", 1, 0.7, labels=50),
    transfer_row("estimator", 1, 0.91, labels=50),
    transfer_row("estimator", 1, 0.95, labels=50, draw=1),
]
"""Two counted columns and one of a short training; with labels, only the first."""
