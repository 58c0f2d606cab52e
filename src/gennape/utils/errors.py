"""The base of all errors of this package."""


class GennapeError(Exception):
    """Something that cannot be done as asked; one sentence says what and how to mend it.

    All errors of the package derive from it, and most from `ValueError` as well.

    Examples:
        >>> import gennape
        >>> try:
        ...     gennape.graph_of("no-such-network")
        ... except gennape.GennapeError as error:
        ...     print(type(error).__name__)
        FrontendError
    """
