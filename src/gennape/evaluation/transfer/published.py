"""Published numbers, for the columns they share with the transfer test.

Their samples, splits and labels differ in part from ours, so they stand beside ours as
landmarks. All are Spearman correlations.
"""

from gennape.evaluation.transfer.protocols import COLUMNS, Column

_BY_TITLE = {column.title: column for column in COLUMNS}
_GENNAPE = "Mills et al., GENNAPE, AAAI 2023, arXiv 2211.17226"
_FLAN = "Akhauri and Abdelfattah, FLAN, ICML 2024, arXiv 2403.02484"
_ONNX_NET = "Qin et al., ONNX-Net, 2025, arXiv 2510.04938"
_AZ_NAS = "Lee and Ham, AZ-NAS, CVPR 2024; training-free, forward and backward passes"


PUBLISHED = (
    ("NB-101", 0, "FLAN, 729 labels of the family in all", "0.961", _FLAN),
    ("NB-201 CIFAR-10", 0, "GENNAPE", "0.815", _GENNAPE),
    ("NB-201 CIFAR-10", 0, "FLAN, two models", "0.849", _FLAN),
    ("NB-201 CIFAR-10", 0, "FLAN, one model", "0.47 to 0.78", _FLAN),
    ("NB-201 CIFAR-10", 0, "ONNX-Net", "0.747", _ONNX_NET),
    ("NB-201 CIFAR-10", 0, "AZ-NAS", "0.913", _AZ_NAS),
    ("NB-301", 0, "FLAN", "0.378", _FLAN),
    ("NB-201 CIFAR-10", 50, "FLAN", "about 0.92", _FLAN),
    ("NB-301", 50, "FLAN", "about 0.88", _FLAN),
)
"""Column, labels of the family that were learned from, method, correlation as written, source.

All are trained on NAS-Bench-101.
"""

FLAN_CURVES: dict[Column, dict[int, float]] = {
    _BY_TITLE["NB-201 CIFAR-10"]: {8: 0.826, 16: 0.872, 32: 0.893, 64: 0.929, 128: 0.949},
    _BY_TITLE["NB-301"]: {8: 0.715, 16: 0.736, 32: 0.847, 64: 0.898, 128: 0.906},
}
"""FLAN trained on NAS-Bench-101, then on so many labels: its authors' own logs."""
