import pytest

from demarche.errors import InputError
from demarche.sources import document_from_text, parse_published


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2025-11-27", "2025-11-27"),
        (" 2025-11 ", "2025-11"),
        ("1962", "1962"),
        ("2025-11-27T10:00:00Z", "2025-11-27T10:00:00Z"),
        ("27 November 2025", "2025-11-27"),
        ("Nov. 27, 2025", "2025-11-27"),
        ("Thu, 27 Nov 2025 10:00:00 +0100", "2025-11-27T10:00:00+01:00"),
        ("13.11.2025", "2025-11-13"),
        ("3.4.2025", "2025-04-03"),
        ("3.4.2025, 9:05", "2025-04-03T09:05"),
        ("27/11/2025", "2025-11-27"),
        ("11/27/2025 10:00:30", "2025-11-27T10:00:30"),
        ("05-05-2025", "2025-05-05"),
    ],
)
def test_a_day_is_read(given, expected):
    assert parse_published(given) == expected


@pytest.mark.parametrize(
    "given",
    ["03/04/2025", "0000-01-01", "0000", "2025-13", "2025-02-30", "yesterday", "May", "99999-01-01", "-1", "x" * 99]
    + [
        "03-04-2025",
        "11.13.2025",
        "31.02.2025",
        "13/13/2025",
        "13.11/2025",
        "13.11.25",
        "13.11.0000",
        "13.11.2025 25:00",
    ],
)
def test_what_is_no_day_or_could_be_two_is_an_error(given):
    with pytest.raises(InputError, match="give the publication as"):
        parse_published(given)


def test_a_document_has_its_day_in_one_form():
    assert document_from_text("Yes.", published="27 November 2025").published == "2025-11-27"
