"""A public name is a promise: a change to one of these lists is a change for users."""

from demarche import actors, analysis, archive, dates, exchange, fetching, ledger, model, places, present, sources

NAMES = {
    actors: "Entry Gazetteer link_moves load_gazetteer",
    analysis: """SCHEMA as_frame build_network check_playbooks coded_rows compare_plans compare_positions convert_frame
        drop_copies estimate_incidence
        find_claims find_positions find_support find_threats frame_rows group_contents keep_usable known_on load_base_rates
        load_playbooks look_ahead match_moves match_plan measure_accuracy measure_agreement measure_gap
        measure_movement measure_repetition measure_reviews
        mine_playbooks parse_playbook parse_playbooks
        score_forecasts split_points take_stances trace_gap write_graphml""",
    archive: "Archive HeldPropositions NEEDS Need Taking",
    dates: "Found date_moves find_times resolve_phrase",
    fetching: """Entry Feed FeedAdapter FeedState FetchSettings Fetcher RoundCount State Subscription Watcher fetch fetch_all is_feed
        read_feed read_opml write_opml""",
    exchange: """FORMATS Format PloverEvent PloverParty PloverPlace READERS file_name parse_plover plover_event
        plover_record plover_to_coded read_annotations read_events read_plover select_moves write_config
        write_documents write_events write_tasks""",
    ledger: "Ledger",
    places: "Lookup check_installed locate look_up",
    model: """Accuracy Act Agreement AgreementMeasure Assignment CodedDocument CodedSentence Content Count Custody Document
        DocumentRow Failure Finding Forecast Interval Kept LedgerMove LeftOut LogEntry Measure MeasuredAct
        MeasuredError MeasuredShare Mention Move MoveFilter Occasion OpenMention Overview Part PartyWords Place Plan
        PlanChange PlanChanges PlanPoint PlanShare Proposition QUEUES Raw RawCheck ReadMove ReadSentence Reading ReviewCount
        ReviewProgress ReviewSample ReviewTask STEPS STRATA SearchHit SentenceMark SentenceReview SourcedMove Span Status
        Support SupportRow Taken TimeSpan Timeline TimelineCell UNKNOWN VERDICTS Verification Voice""",
    present: """COLUMNS DOCUMENT_COLUMNS document_record flatten_move ledger_record render_counts render_documents
        render_failures render_log render_moves render_open_mentions render_overview render_page render_score render_table
        render_verification safe_cell
        score_record show_controls show_line width_of_documents write_csv write_parquet write_records""",
    sources: """Adapter decode_bytes document_from_text find_adapters normalise_text parse_coded parse_columns
        parse_published read_coded read_raw read_sources read_whole repeat_steps""",
}


def test_the_public_names_are_pinned():
    for room, names in NAMES.items():
        assert sorted(room.__all__) == sorted(names.split())
        assert [name for name in room.__all__ if not hasattr(room, name)] == []
