"""Data sets that a function makes, as those of torchvision are."""

from typing import Any

from gennape.labelling.dataset import Dataset
from gennape.labelling.errors import LabellingError
from gennape.labelling.sources.pixels import part_of
from gennape.utils.optional_imports import import_factory


def load_made(name: str, resolution: int | None = None) -> Dataset:
    """Call `package.module:factory` with `train=True` and with `train=False`.

    Args:
        name: What is called. It returns samples that are counted and numbered, each an image
            and its class from 0; `part_of` says which images there are.
        resolution: Height and width, see `part_of`; needed if images have several sizes.

    Raises:
        ModuleError: There is no such function.
        LabellingError: It fails, or does not return such samples.
    """
    package, _, function = name.partition(":")
    make = import_factory(package, function)
    parts = {}
    for is_train in (True, False):
        call = f"{name}(train={is_train})"
        try:
            samples: Any = make(train=is_train)
            in_order = map(samples.__getitem__, range(len(samples)))
            parts[is_train] = part_of(in_order, resolution, call)
        except LabellingError:
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise LabellingError(f"{call} gave no images and classes ({reason})") from error
    return Dataset(name, parts[True], parts[False])
