"""`gennape.report`: one HTML page about networks, with all that is known of each."""

from gennape.network_report.html_report import NetworkReport, ReportError, report

__all__ = ["NetworkReport", "ReportError", "report"]
