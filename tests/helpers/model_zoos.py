"""Tables of real networks, written by hand."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROW: dict[str, Any] = {
    "loader": "timm:resnet18",
    "family": "resnet",
    "network": "timm:resnet18",
    "dataset": "imagenet-1k",
    "img_size": 32.0,
    "top1": 70.5,
    "top5": None,
    "recipe": "timm/a1",
    "recipe_strict": True,
    "epochs": 300.0,
    "train_res": None,
    "pretrain": "none",
    "from_scratch": True,
    "distilled": False,
    "primary": True,
    "shared_weights": "",
    "params_m": 11.7,
    "built_params_m": 11.689512,
}
ROWS = [
    ROW,
    ROW | {"loader": "timm:test_efficientnet", "top1": 60.0},
    ROW | {"top1": None, "recipe": "timm/a3"},
    ROW | {"loader": "timm:no_such_network", "dataset": "cifar10", "img_size": None},
    ROW | {"loader": "timm:test_vit", "img_size": 64.0, "top1": 50.0},
    ROW | {"top1": 69.0, "shared_weights": "resnet18.a1_in1k"},
]


def write_model_zoo(folder: Path, rows: list[dict[str, Any]]) -> None:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    pq.write_table(pa.table(columns), folder / "model_zoo.parquet")
