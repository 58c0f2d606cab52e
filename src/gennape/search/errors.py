"""What can be wrong with a search."""


class SearchError(ValueError):
    """A search that cannot be run; the message says what to change."""
