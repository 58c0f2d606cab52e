"""What may be said of networks that are to be read, the same wherever they are read."""

from typing import Any, TypedDict

from gennape.utils.progress import ProgressCallback


class ReadingOptions(TypedDict, total=False):
    """Keywords of functions that read networks, beside `input_shape`.

    Attributes:
        inputs: Instead of `input_shape`, all inputs; see `gennape.graph_of`.
        backbone: Whether each network is judged by its backbone, for detectors and segmentation;
            see `gennape.graph.backbone.backbone`.
        workers: How many processes read files; chosen by their number unless given.
        report: Told how many networks are read.
    """

    inputs: Any
    backbone: bool
    workers: int | None
    report: ProgressCallback
