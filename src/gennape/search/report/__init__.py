"""What a search leaves behind for people and for other programs."""

from gennape.search.report.writing import require_plotting, write_results

__all__ = ["require_plotting", "write_results"]
