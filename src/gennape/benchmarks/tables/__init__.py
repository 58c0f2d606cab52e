"""The labelled tables of the data folder and those of the package."""

from gennape.benchmarks.tables.registry import (
    BUNDLED,
    data_folder,
    load,
    locate,
    names,
    read_parquet,
)

__all__ = ["BUNDLED", "data_folder", "load", "locate", "names", "read_parquet"]
