"""Importers of the official files of published benchmarks."""

from gennape.benchmarks.official.importing import Imported, import_official, kinds, reasons

__all__ = ["Imported", "import_official", "kinds", "reasons"]
