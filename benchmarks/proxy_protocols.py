"""What published proxies of NAS-Bench-201 owe to the way they were computed.

Zen with the running averages that the authors' code reads from batch norms, two updates old;
epsinas in float32, where networks without a value are left out of the correlation; GraSP of 64
images instead of 16, on fewer networks since each takes seconds. The networks are those of
proxies.py.

Run: python benchmarks/proxy_protocols.py
"""

import argparse
import math
import os
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from gennape.proxies import Batch, rank_correlations, sample_pool
from gennape.proxies.batches import make_batch
from gennape.proxies.epsinas import WEIGHTS
from gennape.proxies.grasp import grasp
from gennape.proxies.initial_weights import set_constant, set_standard_normal
from gennape.proxies.prepared_network import PreparedNetwork
from gennape.proxies.zen import ALPHA, _features_and_scales

COUNT, RESOLUTION, BATCH = 500, 32, 16
GRASP_COUNT, GRASP_BATCH = 40, 64


def zen_of_running_averages(prepared: PreparedNetwork) -> float:
    """As the authors' code: one draw, running variances after the two passes."""
    generator = prepared.generator()
    shape = prepared.batch.images.shape
    x, e = (torch.randn(shape, generator=generator) for _ in range(2))
    with prepared.rewritten(prepared.module, set_standard_normal) as module, torch.no_grad():
        norms = [layer for layer in module.modules() if isinstance(layer, nn.BatchNorm2d)]
        for norm in norms:
            norm.reset_running_stats()
        features, _ = _features_and_scales(module, x)
        moved, _ = _features_and_scales(module, x + ALPHA * e)
        scales = [float(norm.running_var.mean().sqrt()) for norm in norms]
    change = float((features - moved).abs().flatten(1).sum(dim=1).mean())
    if change == 0:
        return -math.inf
    return math.log(change) + sum(map(math.log, scales))


def epsinas_of_float32(prepared: PreparedNetwork) -> float:
    """As the authors' code; NaN where float32 makes all outputs the same."""
    small, large = (_scaled(prepared, weight) for weight in WEIGHTS)
    both = torch.cat([small, large])
    compared = (small != 0) & (large != 0)
    return float((small - large)[compared].abs().mean() / both[both != 0].mean())


def _scaled(prepared: PreparedNetwork, weight: float) -> Tensor:
    rewrite = partial(set_constant, weight=weight)
    with prepared.rewritten(prepared.module, rewrite) as module, torch.no_grad():
        outputs = prepared.outputs(module, prepared.batch.images)
    lowest, highest = outputs.aminmax()
    return (outputs - lowest) / (highest - lowest)


def report(name: str, values: list[float], accuracies: np.ndarray) -> None:
    array = np.array(values)
    has = ~np.isnan(array)
    pair = rank_correlations({"proxy": array[has], "accuracy": accuracies[has]})
    print(f"{name:<32}{has.sum():>6} of {len(has)}{pair['proxy']['accuracy']:>10.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    count = parser.parse_args().count
    torch.set_num_threads(1)
    data = os.environ["GENNAPE_DATA"]
    choice = sample_pool("nasbench201", count, resolution=RESOLUTION, labelled=data)
    assert choice.accuracies is not None
    batch: Batch = make_batch(data, BATCH, (3, RESOLUTION, RESOLUTION), seed=0)
    larger: Batch = make_batch(data, GRASP_BATCH, (3, RESOLUTION, RESOLUTION), seed=0)
    zen, epsinas, few, many = [], [], [], []
    for architecture in choice.architectures:
        prepared = PreparedNetwork(choice.space.graph(architecture), batch)
        zen.append(zen_of_running_averages(prepared))
        epsinas.append(epsinas_of_float32(prepared))
        if len(many) < GRASP_COUNT:
            few.append(grasp(prepared))
            many.append(grasp(PreparedNetwork(prepared.graph, larger)))
    print(f"{'':<32}{'networks':>13}{'Spearman':>10}")
    report("zen of running averages", zen, choice.accuracies)
    report("epsinas of float32", epsinas, choice.accuracies)
    report(f"grasp of {BATCH} images", few, choice.accuracies[: len(few)])
    report(f"grasp of {GRASP_BATCH} images", many, choice.accuracies[: len(many)])


if __name__ == "__main__":
    main()
