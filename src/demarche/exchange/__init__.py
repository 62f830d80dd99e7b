"""Moves <-> the formats of other people's tools; what a format cannot hold stands in docs/exchange.md."""

from collections.abc import Callable, Iterator

from demarche.exchange._dna_lists import read_events
from demarche.exchange._format import Format, select_moves
from demarche.exchange._label_studio_tasks import read_annotations
from demarche.exchange._plover_coding import plover_to_coded
from demarche.exchange._plover_record import PloverEvent, PloverParty, PloverPlace, plover_record
from demarche.exchange._plover_shapes import parse_plover, read_plover
from demarche.exchange.bibtex import BIBTEX
from demarche.exchange.csl import CSL
from demarche.exchange.dna import DNA, file_name, write_documents, write_events
from demarche.exchange.gdelt import GDELT
from demarche.exchange.geojson import GEOJSON
from demarche.exchange.graphml import GRAPHML
from demarche.exchange.label_studio import LABEL_STUDIO, write_config, write_tasks
from demarche.exchange.plover import PLOVER, plover_event
from demarche.exchange.polecat import POLECAT
from demarche.exchange.timelinejs import TIMELINEJS
from demarche.model import Failure
from demarche.model.returned import Remark, Sheet

__all__ = [
    "FORMATS",
    "Format",
    "PloverEvent",
    "PloverParty",
    "PloverPlace",
    "READERS",
    "file_name",
    "parse_plover",
    "plover_event",
    "plover_record",
    "plover_to_coded",
    "read_annotations",
    "read_events",
    "read_plover",
    "select_moves",
    "write_config",
    "write_documents",
    "write_events",
    "write_tasks",
]

FORMATS: dict[str, Format] = {
    PLOVER.name: PLOVER,
    POLECAT.name: POLECAT,
    GDELT.name: GDELT,
    **{form.name: form for form in (GEOJSON, TIMELINEJS, GRAPHML, CSL, BIBTEX)},
    DNA.name: DNA,
    LABEL_STUDIO.name: LABEL_STUDIO,
}
"""The formats that moves go out in, by name."""

READERS: dict[str, Callable[..., Iterator[Sheet | Failure | Remark]]] = {
    DNA.name: read_events,
    LABEL_STUDIO.name: read_annotations,
}
"""The formats in which people bring moves back, by name: from the bytes of a file, and what a failure calls it (`where`)."""
