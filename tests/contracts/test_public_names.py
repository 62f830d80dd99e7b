"""A public name is a promise: a change to one of these lists is a change for users."""

from demarche import actors, dates, ledger, model, present, sources

NAMES = {
    actors: "Entry Gazetteer link_moves load_gazetteer",
    dates: "Found date_moves find_times resolve_phrase",
    ledger: "Ledger",
    model: """Accuracy Act CodedDocument CodedSentence Count Document Failure LedgerMove LogEntry Measure Mention Move
        MoveFilter Occasion OpenMention Overview ReadMove ReadSentence Reading Span Status Taken TimeSpan Verification
        Voice""",
    present: """COLUMNS flatten_move ledger_record render_counts render_documents render_failures render_log render_moves
        render_open_mentions render_overview render_page render_score render_table render_verification safe_cell
        score_record show_controls show_line write_csv write_parquet write_records""",
    sources: """decode_bytes document_from_text normalise_text parse_coded parse_published read_coded
        read_sources""",
}


def test_the_public_names_are_pinned():
    for room, names in NAMES.items():
        assert sorted(room.__all__) == sorted(names.split())
