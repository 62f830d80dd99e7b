"""The same work in many processes or on many machines, and the archive of Parquet that it is written to.

What is coded, and how, comes in as a function of a shard: :mod:`demarche.scaling` joins this room with the others.
"""

from demarche.scale._attempts import Attempt
from demarche.scale._engines import check_ray, run_on_ray, run_workers
from demarche.scale._layout import FORMAT, Layout, write_json
from demarche.scale._reading import check_parquet, is_archive, read_archive
from demarche.scale._records import OTHER_TEXT, document_row, failure_row
from demarche.scale._shards import Changed, Shard, compare_inputs, make_shards
from demarche.scale._workers import Lost, as_done, in_order

__all__ = [
    "FORMAT",
    "OTHER_TEXT",
    "Attempt",
    "Changed",
    "Layout",
    "Lost",
    "Shard",
    "as_done",
    "check_parquet",
    "check_ray",
    "compare_inputs",
    "document_row",
    "failure_row",
    "in_order",
    "is_archive",
    "make_shards",
    "read_archive",
    "run_on_ray",
    "run_workers",
    "write_json",
]
