"""A public name is a promise: a change to one of these lists is a change for users."""

from demarche import model, present, sources

NAMES = {
    model: """Accuracy Act CodedDocument CodedSentence Document Failure Measure Mention Move ReadMove ReadSentence Reading
        Span Status TimeSpan Voice""",
    present: """COLUMNS flatten_move render_page render_score render_table score_record show_controls show_line write_csv
        write_parquet write_records""",
    sources: "decode_bytes document_from_text normalise_text parse_coded read_coded read_sources",
}


def test_the_public_names_are_pinned():
    for room, names in NAMES.items():
        assert sorted(room.__all__) == sorted(names.split())
