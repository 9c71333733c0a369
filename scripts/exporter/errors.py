"""The one error the exporter raises for anything its user can mend."""


class ExportError(Exception):
    """What failed, what was found and what to do, in one message for the terminal."""


def lines_of(error: BaseException) -> list[str]:
    """What it says; the name of its class where it says nothing."""
    return str(error).strip().splitlines() or [type(error).__name__]
