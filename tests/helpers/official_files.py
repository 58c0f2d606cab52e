"""Small files in the layouts of the official benchmark files, written field by field.

Nothing of the importers is used here: the layouts are those that the public readers
document, and the numbers are made up.
"""

import base64
import bz2
import io
import json
import pickle
import struct
import sys
import tarfile
import zipfile
from collections import OrderedDict, namedtuple
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

Json = dict[str, Any]

NB201_CELLS = [
    "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|avg_pool_3x3~0|nor_conv_1x1~1|none~2|",
    "|none~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|none~1|nor_conv_3x3~2|",
]


def crc32c(data: bytes) -> int:
    """Bit by bit, as RFC 3720 describes it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked_crc32c(data: bytes) -> int:
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17 & 0xFFFFFFFF) + 0xA282EAD8) & 0xFFFFFFFF


def tfrecord(record: bytes) -> bytes:
    length = struct.pack("<Q", len(record))
    return (
        length
        + struct.pack("<I", masked_crc32c(length))
        + record
        + struct.pack("<I", masked_crc32c(record))
    )


def varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def double(field: int, value: float) -> bytes:
    return bytes([field << 3 | 1]) + struct.pack("<d", value)


def nested(field: int, message: bytes) -> bytes:
    return bytes([field << 3 | 2]) + varint(len(message)) + message


def model_metrics(accuracies: Sequence[float], seconds: float, parameters: int) -> bytes:
    """`ModelMetrics` with evaluations before, in the middle and at the end of the training.

    Args:
        accuracies: Train, validation and test accuracy at the end, each from 0 to 1.
        seconds: Of the training.
        parameters: Trainable ones.
    """
    message = b""
    for share in (0.0, 0.5, 1.0):
        values = [108 * share, seconds * share, *(share * accuracy for accuracy in accuracies)]
        evaluation = b"".join(double(field, value) for field, value in enumerate(values, 1))
        message += nested(1, evaluation + nested(6, b"/model.ckpt"))
    return message + bytes([2 << 3]) + varint(parameters) + double(3, 2 * seconds)


def nasbench101_record(
    adjacency: str,
    operations: Sequence[str],
    epochs: int,
    accuracies: Sequence[float],
    seconds: float = 100.0,
    parameters: int = 1_000_000,
) -> bytes:
    metrics = base64.b64encode(model_metrics(accuracies, seconds, parameters)).decode()
    return json.dumps(["hash", epochs, adjacency, ",".join(operations), metrics]).encode()


def results_count(
    cell: str, dataset: str, seed: int, epochs: int, sets: Iterable[str], accuracy: float
) -> Json:
    """The attributes of a `ResultsCount`, whose accuracy grows to its last value."""
    curve = {epoch: accuracy * ((epoch + 1) / epochs) for epoch in range(epochs)}
    evaluations = {
        f"{name}@{epoch}": value - number
        for number, name in enumerate(sets)
        for epoch, value in curve.items()
    }
    return {
        "name": dataset,
        "net_state_dict": None,
        "train_acc1es": {epoch: value + 1 for epoch, value in curve.items()},
        "train_acc5es": dict(curve),
        "train_losses": dict(curve),
        "train_times": OrderedDict((epoch, 2.5) for epoch in curve),
        "arch_config": {"channel": 16, "num_cells": 5, "arch_str": cell, "class_num": 10},
        "params": 0.5,
        "flop": 70.25,
        "seed": str(seed),
        "epochs": epochs,
        "latency": [0.01, 0.02],
        "eval_names": list(sets),
        "eval_acc1es": evaluations,
        "eval_times": {key: 1.0 for key in evaluations},
        "eval_losses": dict(evaluations),
    }


def arch_results(index: int, cell: str, epochs: int, seeds: Sequence[int]) -> Json:
    """The attributes of an `ArchResults`: runs on CIFAR-10 and CIFAR-100 for each seed."""
    runs = {}
    for seed in seeds:
        accuracy = 50 + index + seed / 1024
        runs["cifar10", seed] = results_count(cell, "cifar10", seed, epochs, ["ori-test"], accuracy)
        runs["cifar100", seed] = results_count(
            cell, "cifar100", seed, epochs, ["ori-test", "x-valid", "x-test"], accuracy - 20
        )
    return {
        "arch_index": index,
        "arch_str": cell,
        "all_results": runs,
        "dataset_seed": {name: list(seeds) for name in ("cifar10", "cifar100")},
        "clear_net_done": True,
    }


def nasbench201(cells: Sequence[str] = NB201_CELLS) -> Json:
    """What `torch.load` gives of `NAS-Bench-201-v1_1-096897.pth`."""
    return {
        "meta_archs": list(cells),
        "total_archs": len(cells),
        "arch2infos": {
            index: {
                "full": arch_results(index, cell, 200, [777, 888]),
                "less": arch_results(index, cell, 12, [777]),
            }
            for index, cell in enumerate(cells)
        },
        "evaluated_indexes": list(range(len(cells))),
    }


def nats_architecture(index: int, cell: str) -> OrderedDict[str, Json]:
    """One file of a NATS-Bench folder."""
    return OrderedDict(
        {
            "12": arch_results(index, cell, 12, [777]),
            "200": arch_results(index, cell, 200, [777, 888]),
        }
    )


def nats(cells: Sequence[str] = NB201_CELLS) -> Json:
    """What is pickled in `NATS-tss-v1_0-3ffb9.pickle.pbz2`."""
    architectures = {index: nats_architecture(index, cell) for index, cell in enumerate(cells)}
    return {
        "meta_archs": list(cells),
        "total_archs": len(cells),
        "arch2infos": architectures,
        "evaluated_indexes": set(architectures),
    }


def nats_size_run(channels: str, accuracy: float) -> Json:
    run = results_count("", "cifar10", 777, 90, ["ori-test"], accuracy)
    run["arch_config"] = {
        "name": "infer.shape.tiny",
        "channels": channels,
        "arch_str": channels,
        "genotype": NB201_CELLS[0],
        "class_num": 10,
    }
    return run


def write_old_torch(path: Path, content: object) -> Path:
    """As PyTorch wrote files before version 1.6."""
    torch.save(content, path, _use_new_zipfile_serialization=False)
    return path


def write_torch(path: Path, content: object) -> Path:
    torch.save(content, path)
    return path


def write_pickle(path: Path, content: object, protocol: int = 4) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(content, protocol))
    return path


def write_bz2_pickle(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bz2.compress(pickle.dumps(content, 4)))
    return path


def write_nats_folder(folder: Path, cells: Sequence[str] = NB201_CELLS) -> Path:
    meta = {**nats(cells), "arch2infos": None, "evaluated_indexes": set()}
    write_bz2_pickle(folder / "meta.pickle.pbz2", meta)
    for index, cell in enumerate(cells):
        write_bz2_pickle(folder / f"{index:06d}.pickle.pbz2", nats_architecture(index, cell))
    return folder


def nasbench301_run(validation: float = 92.5, test: float = 91.25, **config: object) -> Json:
    """A `results_N.json`: steps read inputs 0 and 1, then 1 and 2, 0 and 3, 2 and 4."""
    prefix = "NetworkSelectorDatasetInfo:darts:"
    cell = {
        "inputs_node_{}_3": "1_2",
        "inputs_node_{}_4": "0_3",
        "inputs_node_{}_5": "2_4",
        "edge_{}_0": "sep_conv_3x3",
        "edge_{}_1": "skip_connect",
        "edge_{}_3": "max_pool_3x3",
        "edge_{}_4": "dil_conv_3x3",
        "edge_{}_5": "avg_pool_3x3",
        "edge_{}_8": "sep_conv_5x5",
        "edge_{}_11": "dil_conv_5x5",
        "edge_{}_13": "sep_conv_3x3",
    }
    choices = {
        key.format(name): value for name in ("normal", "reduce") for key, value in cell.items()
    }
    choices["edge_reduce_13"] = "skip_connect"
    size = {"layers": 8, "init_channels": 32}
    return {
        "optimized_hyperparamater_config": {
            **{prefix + key: value for key, value in (choices | size | config).items()},
            "OptimizerSelector:optimizer": "sgd",
        },
        "budget": 100,
        "info": [
            {
                "train_accuracy": 99.5,
                "val_accuracy": validation,
                "epochs": 98,
                "model_parameters": 1_234_567,
            }
        ],
        "test_accuracy": test,
        "runtime": 3600,
    }


def nds_job(errors: Sequence[float], seed: int = 1, **net: object) -> Json:
    return {
        "net": {"depth": 8, "width": 16, "genotype": {"normal": [["sep_conv_3x3", 0]]}, **net},
        "optim": {"base_lr": 0.1, "wd": 5e-4, "max_ep": len(errors)},
        "rng_seed": seed,
        "params": 800_000,
        "flops": 120_000_000,
        "iter_time": 0.1,
        "min_test_top1": min(errors),
        "train_ep_top1": [error / 2 for error in errors],
        "test_ep_top1": list(errors),
        "train_it_loss": [2.0] * 10,
    }


def transnas(architectures: dict[str, Sequence[str]]) -> Json:
    """What `torch.load` gives of `transnas-bench_v10141024.pth`.

    Args:
        architectures: Strings of each search space; the n-th one has accuracy 10 n + 1.
    """
    names = ["train_top1", "valid_top1", "valid_top5", "valid_loss", "valid_neg_loss"]

    def task(number: int) -> Json:
        values = [1.0, 10.0 * number, 10.0 * number + 1]
        return {
            "total_epochs": 3,
            "model_info": {"model_params": 3.5, "inference_time": 0.01},
            "metrics": {name: list(values) for name in [*names, "time_elapsed"]},
        }

    return {
        "metrics_dict": {"class_object": names, "jigsaw": names},
        "info_names": ["model_params", "inference_time"],
        "task_list": ["class_object", "jigsaw"],
        "data": {
            space: {
                text: {"class_object": task(number), "jigsaw": task(number)}
                for number, text in enumerate(texts)
            }
            for space, texts in architectures.items()
        },
    }


def accel_nasbench_result(top1: float = 61.5, squeeze: object = "True") -> Json:
    block = {"e": 4, "k": 5, "l": 2, "se": squeeze}
    return {
        "architecture": {
            f"block{i}_{key}": value for i in range(7) for key, value in block.items()
        },
        "metrics": {"val_top1": top1, "val_top5": 84.25, "train_time": -1200.5},
        "platform_perf": {
            "throughput_a100": {"throughput_mean": 1500.0, "throughput_std": 2.0},
            "latency_zcu102": {"latency_mean": 7.5, "latency_std": 0.1},
        },
    }


@dataclass
class Genotype:
    """Edges of a DARTS normal and reduction cell, to be pickled as the authors' named tuple."""

    normal: object
    reduce: object


def write_gennape_cache(path: Path, entries: Iterable[tuple[object, float]]) -> Path:
    """A `gpi_FAMILY_comp_graph_cache.pkl`.

    The authors' classes exist while the file is written only.

    Args:
        path: Where it is written.
        entries: Configurations and accuracies from 0 to 1.
    """
    graph, node = type("ComputeGraph", (), {}), type("WeightedNode", (), {})
    genotype = namedtuple("Genotype", "normal normal_concat reduce reduce_concat")
    homes = {
        "model_src": {},
        "model_src.comp_graph": {},
        "model_src.comp_graph.tf_comp_graph": {"ComputeGraph": graph, "WeightedNode": node},
        "model_src.darts": {},
        "model_src.darts.model_darts": {"Genotype": genotype},
    }
    cache = []
    for number, (config, accuracy) in enumerate(entries):
        made = graph()
        made.name, made.weighted_nodes, made.edge_pairs = f"Net{number}", [node()], [(0, 1)]
        if isinstance(config, Genotype):
            config = genotype(config.normal, [2, 3, 4, 5], config.reduce, [2, 3, 4, 5])
        cache.append(
            {
                "compute graph": made,
                "acc": np.float64(accuracy),
                "flops": 1.5,
                "n_params": 2.5,
                "original config": config,
            }
        )
    with pytest.MonkeyPatch.context() as patch:
        for name, contents in homes.items():
            module = ModuleType(name)
            for kind in contents.values():
                kind.__module__ = name
            vars(module).update(contents)
            patch.setitem(sys.modules, name, module)
        return write_pickle(path, cache)


def write_json(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def write_zip(path: Path, files: dict[str, object]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, json.dumps(content))
    return path


def write_tar(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def write_tfrecords(path: Path, records: Iterable[bytes]) -> Path:
    path.write_bytes(b"".join(map(tfrecord, records)))
    return path
