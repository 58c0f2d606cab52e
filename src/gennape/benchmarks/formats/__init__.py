"""Importers of the official files of published benchmarks."""

from gennape.benchmarks.formats.importer import ImportSummary, import_official, kinds, reasons

__all__ = ["ImportSummary", "import_official", "kinds", "reasons"]
