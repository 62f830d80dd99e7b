"""Pages made to keep a parser busy: each shape once cost time that grew with the square of its length."""

import time

import pytest

from demarche.model import Document, Failure
from demarche.sources import read_sources


@pytest.mark.parametrize("soup", ["<a" * 200_000, "<a " + "/" * 400_000, "<" * 400_000, "</a" * 200_000])
def test_a_page_of_unclosed_tags_takes_no_long_time(tmp_path, soup):
    path = tmp_path / "a.html"
    path.write_text("<html>" + soup, "utf-8")
    start = time.monotonic()
    (item,) = read_sources([str(path)])
    assert isinstance(item, Document | Failure)
    assert time.monotonic() - start < 20
