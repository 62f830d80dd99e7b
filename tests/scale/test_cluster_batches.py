"""Other engines: Dask maps the function of a shard, or that of a table."""

import dask
import dask.bag
import dask.dataframe
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from archives import TEXTS, files, reports, write_lines

import demarche
from demarche.analysis import SCHEMA, as_frame
from demarche.errors import InputError
from demarche.scaling import code_archive, code_batch, plan_archive

pytestmark = pytest.mark.model


def test_dask_codes_shards(tmp_path):
    write_lines(tmp_path / "a.jsonl", reports())
    run = plan_archive([tmp_path / "a.jsonl"], tmp_path / "dask", shard_size=400)
    shards = dask.bag.from_sequence(run.todo, npartitions=len(run.todo))
    outcomes = shards.map(run.code).compute(scheduler="processes", num_workers=2)
    manifest = run.finish(engine="dask")
    assert [one["shard"] for one in outcomes] == [shard.name for shard in run.shards]
    assert (manifest["finished"] is None, manifest["totals"]["documents"]) == (False, 12)
    code_archive([str(tmp_path / "a.jsonl")], tmp_path / "workers", shard_size=400)
    assert files(tmp_path / "dask") == files(tmp_path / "workers")


def test_dask_codes_tables():
    texts = pd.DataFrame(reports(6))
    frame = dask.dataframe.from_pandas(texts, npartitions=3)
    moves = frame.map_partitions(code_batch, meta=code_batch(texts.head(0))).compute(
        scheduler="processes", num_workers=2
    )
    made = as_frame(moves.drop(columns="failure"))
    coded = [demarche.code(**report) for report in reports(6)]
    assert made.equals(demarche.frame_moves(coded))
    assert made.schema == SCHEMA


def test_an_arrow_table_gives_an_arrow_table_with_its_failures():
    french = "Le président a refusé de négocier avec le gouvernement, et les ministres ont quitté la salle avant la fin de la séance."
    table = pa.table({"id": ["a", "b", "c", "d"], "body": [TEXTS[1], " ", None, french]})
    made = pl.from_arrow(code_batch(table))
    assert made["act"].drop_nulls().to_list() == ["sanction", "threaten"]
    failed = made.filter(pl.col("failure").is_not_null())
    assert failed["failure"].str.slice(0, 12).to_list() == ["row 2: the t", "row 3: has n", "d: the text "]
    assert failed["document"].to_list() == [None, None, "d"]
    assert failed["act"].null_count() == 3


def test_no_rows_give_no_moves_of_the_same_types():
    texts = pa.table({"text": TEXTS})
    assert code_batch(texts.slice(0, 0)).schema == code_batch(texts).schema
    assert len(code_batch(texts.slice(0, 0))) == 0


def test_a_table_without_texts_is_refused():
    with pytest.raises(InputError, match='the table has no column "text"; its columns are: words'):
        code_batch(pa.table({"words": ["Kyiv rejected it."]}))
