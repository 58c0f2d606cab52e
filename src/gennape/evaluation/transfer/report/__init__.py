"""The report of a transfer test, as Markdown and as one HTML page."""
