"""What goes wrong when a network is read."""


class FrontendError(ValueError):
    """A model that cannot be read; one sentence names it, the reason and the cure."""
