"""Reports: what they consist of, and how they become Markdown, SVG and one HTML page."""
