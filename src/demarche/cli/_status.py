"""Exit codes, as the manual lists them."""

__all__ = ["EXIT_INTERRUPTED", "EXIT_MODEL", "EXIT_NOTHING", "EXIT_SOME"]

EXIT_SOME = 1
"""Some documents could not be coded."""
EXIT_NOTHING = 2
"""Wrong usage, nothing could be coded, or the output could not be written."""
EXIT_MODEL = 3
"""The weights or an optional library are missing."""
EXIT_INTERRUPTED = 130
