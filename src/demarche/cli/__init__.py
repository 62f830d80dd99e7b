"""The command line: one file a verb, thin; everything it does can be done from Python too."""

from __future__ import annotations

import gc
import sys

import click

from demarche import __version__
from demarche.cli._status import EXIT_INTERRUPTED, EXIT_MODEL, EXIT_NOTHING
from demarche.cli._verbs import Verbs
from demarche.errors import DemarcheError, MissingExtra, ModelError

__all__ = ["cli", "main"]

_MANY = 50_000
"""New objects after which garbage is looked for: with Python's 700, loading modules and gazetteer would take a tenth of a second longer."""


@click.group(commands=Verbs(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="demarche")
def cli() -> None:
    """Read what is reported about a conflict: who did or said what to whom, with the words that say it.

    Exit codes: 0 all was done, 1 some documents could not be coded, 2 wrong usage, nothing could be coded, or the
    output could not be written, 3 the weights or an optional library are missing, 130 interrupted.
    """


def _tell(error: Exception) -> None:
    from demarche.present import show_line  # loads what draws tables, which a start does not need

    click.echo(f"demarche: {show_line(str(error))}", err=True)


def main() -> None:
    """Run the command line; an error of ours is a message and an exit code, never a traceback."""
    gc.set_threshold(_MANY)
    try:
        status = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except (ModelError, MissingExtra) as error:
        _tell(error)
        status = EXIT_MODEL
    except DemarcheError as error:
        _tell(error)
        status = EXIT_NOTHING
    except ModuleNotFoundError as error:
        missing = MissingExtra.of(error)  # one place for all verbs: whichever module needs the library first
        if missing is None:
            raise
        _tell(missing)
        status = EXIT_MODEL
    except (click.exceptions.Abort, KeyboardInterrupt):
        status = EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stdout = None  # what reads our output has gone: nothing is left to say
        status = 0
    sys.exit(status if isinstance(status, int) else 0)
