"""Networks, images and a recipe that train in a fraction of a second."""

import torch

from gennape.graph import ComputationGraph, GraphBuilder, Op
from gennape.labelling import Dataset, LabelledImages, Recipe

CLASSES = 10


def tiny_network(
    name: str = "", width: int = 8, dropout: bool = False, pixels: int = 8
) -> ComputationGraph:
    """A convolution and a linear layer for small square images."""
    build = GraphBuilder()
    x = build.input((3, pixels, pixels))
    x = build.relu(build.batch_norm(build.conv(x, width, kernel=3)))
    if dropout:
        x = build.add_node(Op.DROPOUT, (x,), build.shapes[x])
    build.output(build.linear(build.flatten(build.global_avg_pool(x)), CLASSES))
    return build.build(name=name)


def tiny_recipe(**changes: object) -> Recipe:
    values: dict[str, object] = {
        "name": "tiny",
        "epochs": 2,
        "batch": 32,
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "warm_up": 0.2,
        "weight_decay": 0.0,
        "label_smoothing": 0.0,
        "crop": 1,
        "flip": False,
        "half_resolution_epochs": 1,
        "test_images": 0,
        "images": 0,
    }
    return Recipe(**{**values, **changes})  # type: ignore[arg-type]


def coloured_images(seed: int = 0, images: int = 128, pixels: int = 8) -> Dataset:
    """Noise whose class is how bright it is: 10 steps."""
    generator = torch.Generator().manual_seed(seed)
    parts = []
    for _ in range(2):
        classes = torch.arange(images) % CLASSES
        noise = torch.randint(25, (images, 3, pixels, pixels), generator=generator)
        parts.append(
            LabelledImages((noise + 25 * classes[:, None, None, None]).to(torch.uint8), classes)
        )
    return Dataset("brightness", *parts)
