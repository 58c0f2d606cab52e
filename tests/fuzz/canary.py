"""What no file may import or call: mutants name `fuzz.canary:sing` where names stand."""

SONGS: list[str] = ["imported"]


def sing(*_: object, **__: object) -> None:
    """Tell that a file had this called."""
    SONGS.append("called")
