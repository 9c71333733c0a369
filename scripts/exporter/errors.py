"""The one error the exporter raises for anything its user can mend."""


class ExportError(Exception):
    """What failed, what was found and what to do, in one message for the terminal."""
