"""A proxy that has no value for a network."""


class MissingScore(Exception):
    """Why a network has no score, in one clause."""
