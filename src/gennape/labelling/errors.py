"""What can be wrong with a labelling."""


class LabellingError(ValueError):
    """A labelling that cannot be done as asked; the message says what to change."""
