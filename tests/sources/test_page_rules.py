"""The rules by which a page gives its text and says what it is, each on a page that needs just that one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.errors import InputError
from demarche.sources._html import document_from_html, read_page

TEXT = (
    "<p>Sarn on Thursday rejected the plan that Varga had put on the table two days before, and asked for more time.</p>"
    "<p>Varga accused the other side of stalling and demanded a written answer by Friday noon.</p>"
)


NIGHT = "2025-11-27T23:40:00-05:00"
GREENWICH = "<meta property='article:published_time' content='2025-11-28T04:40:00Z'>"
OTHER = {"@type": "WebPage", "datePublished": "2024-01-01"}
UPDATE = {"@type": "BlogPosting", "datePublished": "2025-11-28"}
BROKEN = [
    "{",
    "[" * 5000,
    '{"@type": 7}',
    '[null, 1, "x"]',
    '{"@type": "Article", "publisher": [7], "datePublished": {}}',
]
BARRIERS = [
    "<div><h2>Subscribe to keep reading</h2></div>",
    "<p>This article is for subscribers only.</p>",
    "<p>Already a subscriber? Log in</p>",
]


def page(body=TEXT, *, head="", title="Sarn rejects plan"):
    return f"<!doctype html><html lang='en'><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def linked(kind, **data):
    return f'<script type="application/ld+json">{json.dumps({"@type": kind, **data})}</script>'


def graph(*things):
    return f'<script type="application/ld+json">{json.dumps({"@graph": things})}</script>'


def read(source):
    document, _ = read_page(source, raw=b"")
    return document


def missing(source):
    return read_page(source, raw=b"")[1]


@pytest.mark.parametrize(
    "box",
    [
        "<div id='comments'><p>Varga should attack at once, says a reader who knows.</p></div>",
        "<section class='conversation'><p>Varga should attack at once, says a reader who knows.</p></section>",
        "<div>" + "<div><p>Varga should attack at once, says a reader who knows.</p><a>Reply</a></div>" * 3 + "</div>",
        "<div role='dialog'><p>Varga should attack at once, say our partners and their cookies.</p></div>",
        "<p class='inline-related'><a href='/x'>Varga should attack at once</a></p>",
        "<div><p>Varga should attack at once.</p><p>By signing up you agree to our terms.</p></div>",
        "<p>READ MORE: Varga should attack at once</p>",
        "<ul class='comment-list'><li>Varga should attack at once, says a reader who knows.</li></ul>",
    ],
)
def test_a_box_beside_the_text_is_left_out(box):
    text = read(page(f"<main><h1>Sarn rejects plan</h1>{TEXT}{box}</main>")).text
    assert "attack at once" not in text
    assert "demanded a written answer" in text


@pytest.mark.parametrize("name", ["comments", "related", "newsletter", "share", "cookie-banner"])
def test_a_name_is_not_believed_of_what_holds_the_headline(name):
    assert "rejected the plan" in read(page(f"<div class='{name}'><h1>Sarn rejects plan</h1>{TEXT}</div>")).text


def test_a_word_that_is_marked_as_a_comment_is_none_of_a_reader():
    code = "<pre><code><span class='comment'>// Sarn rejects what Varga sends.</span>\nlet plan = None;</code></pre>"
    assert "Sarn rejects what" in read(page(f"<h1>Sarn rejects plan</h1>{TEXT}{code}")).text


def test_a_sentence_beside_a_plea_stays():
    plea = "<span><a href='/n'>Sign up to our morning briefing</a></span>"
    text = read(page(f"<h1>Sarn rejects plan</h1><div>{TEXT}{plea}</div>")).text
    assert "demanded a written answer" in text
    assert "briefing" not in text


@given(st.lists(st.sampled_from(["ad", "comments", "share", "related", "x", "toc"]), max_size=6))
def test_whatever_it_is_called_a_text_with_its_headline_is_never_empty(names):
    opened = "".join(f"<div class='{name}'>" for name in names)
    assert "rejected the plan" in read(page(f"{opened}<h1>Sarn rejects plan</h1>{TEXT}{'</div>' * len(names)}")).text


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (page("<h1>404</h1><p>It may have moved. Try the sections.</p>", title="Page not found"), "no such page"),
        (page("<p>We and our partners use cookies. You may withdraw your consent.</p>"), "cookies"),
        (page("<noscript>You need to enable JavaScript to run this app.</noscript><div id='root'></div>"), "no text"),
        (page("<p>This site requires JavaScript.</p>"), "JavaScript"),
        (page("<embed src='paper.pdf'><a href='paper.pdf'>Download</a>"), "PDF"),
        ("<html><frameset cols='20,*'><frame src='a.htm'><frame src='b.htm'></frameset></html>", "frame"),
        (page("<div id='comments'><p>They should have left a year ago, and said so.</p></div><p>Log in</p>"), "readers"),
        (page("".join(f"<div><h3><a href='/{n}'>Sarn says no for the {n}th time</a></h3><p>More.</p></div>" for n in range(5))), "list"),
    ],
)  # fmt: skip
def test_a_page_without_a_text_says_why(source, reason):
    with pytest.raises(InputError, match=reason):
        read_page(source, raw=b"")


@pytest.mark.parametrize(
    "title",
    [
        "500 soldiers leave Lindal",
        "500 - 600 prisoners come home",
        "Forbidden weapons found in Lindal",
        "Access denied: Sarn turns the envoys away",
        "Document not found in the archive, says Varga",
        "Sarn and partners agree on consent",
    ],
)
def test_a_short_text_is_not_refused_for_its_headline(title):
    body = (
        f"<main><h1>{title}</h1><p>Sarn and its partners will not give their consent to it, Varga was told.</p></main>"
    )
    assert "Varga was told" in read(page(body, title=title)).text


@pytest.mark.parametrize(
    "title", ["404", "Error 503", "403 Forbidden", "Page not found | Echo", "Just a moment...", "Access denied"]
)
def test_the_headline_of_an_error_is_told(title):
    with pytest.raises(InputError, match="no such page"):
        read(page("<h1>Sorry</h1><p>Try the sections, or come back in a while.</p>", title=title))


@pytest.mark.parametrize(
    "sentence",
    [
        "The resolution, sponsored by Sarn, was vetoed by Varga.",
        "Varga, already a member of the League, rejected it.",
        "Varga asked Sarn to sign up to the plan on Friday.",
        "They rate us as an ally, Varga said.",
        "In letters to the editor both threatened war.",
        "When you receive this note, Varga said, we are at war.",
    ],
)
def test_a_sentence_is_not_taken_for_a_box(sentence):
    assert sentence in read(page(f"<h1>Sarn rejects plan</h1>{TEXT}<p>{sentence}</p>")).text
    assert missing(page(f"<h1>Sarn rejects plan</h1>{TEXT}<p>{sentence}</p>")) is None


def test_a_plea_takes_no_short_sentences_along():
    lines = ("Sarn said no.", "Varga threatened war.", "Lindal closed the border.", "Sarn recalled its envoy at once.")
    plea = "<p>Sign up to our morning briefing</p>"
    body = f"<h1>War of words</h1><div>{''.join(f'<p>{line}</p>' for line in lines)}{plea}</div>"
    text = read(page(body)).text
    assert [line for line in lines if line not in text] == []
    assert "briefing" not in text


def test_an_interview_that_is_called_a_conversation_is_a_text():
    assert "rejected the plan" in read(page(f"<h1>Sarn rejects plan</h1><div class='conversation'>{TEXT}</div>")).text


def test_what_lies_in_a_letter_is_not_refused_for_being_a_list():
    cards = "".join(
        f"<div><h3><a href='/{n}'>Sarn says no for the {n}th time</a></h3><p>More.</p></div>" for n in range(5)
    )
    assert "Sarn says no" in document_from_html(page(cards), raw=b"").text


def test_a_long_text_may_speak_of_cookies_and_of_what_was_not_found():
    body = (
        "<h1>The page not found in the treaty</h1>"
        + "<p>The envoys ate cookies and asked for the consent of their partners.</p>" * 40
    )
    assert "envoys" in read(page(body)).text


@pytest.mark.parametrize("barrier", BARRIERS)
def test_a_text_that_is_kept_back_is_told_to_be_a_part(barrier):
    assert "subscribe" in missing(page(f"<h1>Sarn rejects plan</h1>{TEXT}{barrier}"))


def test_a_text_that_is_all_there_is_whole_even_if_it_was_paid_for():
    held_back = linked("NewsArticle", isAccessibleForFree=False)
    assert missing(page(f"<h1>Sarn rejects plan</h1>{TEXT}", head=held_back)) is None


def test_one_page_of_several_says_so():
    assert "page 1 of 3" in missing(page(f"<h1>The truce</h1>{TEXT}<div>Page 1 of 3</div>"))
    assert missing(page(f"<h1>The truce</h1>{TEXT}<div>Page 1 of 1</div>")) is None


@pytest.mark.parametrize(
    ("head", "body", "day"),
    [
        (linked("NewsArticle", dateModified="2025-11-29", datePublished="2025-11-27"), "", "2025-11-27"),
        (graph(OTHER, {"@type": "Article", "datePublished": "2025-11-27"}), "", "2025-11-27"),
        (linked("NewsArticle", datePublished=NIGHT), "", "2025-11-27"),
        (GREENWICH + linked("Article", datePublished=NIGHT), "", "2025-11-27"),
        (linked("LiveBlogPosting", datePublished="2025-11-27", liveBlogUpdate=[UPDATE]), "", "2025-11-27"),
        ("", "<p>Updated: 29 November 2025 | Published: 27 November 2025</p>", "2025-11-27"),
        ("", "<p>EMBARGOED UNTIL 00:01 ON 27 NOVEMBER 2025</p>", "2025-11-27"),
        ("", "<div>Thursday, November 27, 2025</div>", "2025-11-27"),
        ("", "<div>2 hours ago</div>", None),
        ("", "<div>© 27 November 2025</div>", None),
        ("", "<div>3 May 2020</div><div>27 November 2025</div>", None),
    ],
)  # fmt: skip
def test_the_day_is_that_of_publication_where_it_was_published(head, body, day):
    assert read(page(f"<h1>Sarn rejects plan</h1>{body}{TEXT}", head=head)).published == day


@pytest.mark.parametrize(
    ("title", "publisher"),
    [
        ("Sarn rejects plan - The Courier", "The Courier"),
        ("Sarn rejects plan | The Courier", "The Courier"),
        ("The Courier: Sarn rejects plan", "The Courier"),
        ("Sarn rejects plan (page 1 of 3) :: The Courier", "The Courier"),
    ],
)
def test_a_title_is_without_the_name_of_its_site(title, publisher):
    document = read(page(f"<h1>Sarn rejects plan</h1>{TEXT}", title=title))
    assert (document.title, document.publisher) == ("Sarn rejects plan", publisher)


def test_a_mark_within_a_title_parts_nothing():
    document = read(page(f"<h1>Sarn - and Varga - reject plan</h1>{TEXT}", title="Sarn - and Varga - reject plan"))
    assert document.title == "Sarn - and Varga - reject plan"


def test_a_publisher_that_is_only_named_by_its_id_is_found():
    site = {"@type": "Organization", "@id": "#o", "name": "The Courier"}
    assert read(page(head=graph(site, {"@type": "NewsArticle", "publisher": {"@id": "#o"}}))).publisher == "The Courier"


def test_the_address_is_the_one_that_was_archived():
    head = "<link rel='canonical' href='https://web.archive.example/web/20190722101500/https://observer.example/a'>"
    assert read(page(head=head)).url == "https://observer.example/a"


def test_a_page_of_too_many_elements_is_refused_before_they_are_looked_at(monkeypatch):
    monkeypatch.setattr("demarche.sources._html._MOST", 50)
    with pytest.raises(InputError, match="more than 50 elements"):
        read_page(page(TEXT * 30), raw=b"")


@pytest.mark.parametrize("broken", BROKEN)
def test_broken_linked_data_is_passed_over(broken):
    assert "rejected the plan" in read(page(head=f'<script type="application/ld+json">{broken}</script>')).text


@pytest.mark.parametrize(
    ("encoding", "words"), [("cp1251", "Minister Жуков of Ястребов"), ("latin-1", "Benoît Lefèvre of Vallée")]
)
def test_bytes_that_are_not_the_utf_8_that_they_claim_are_read_as_what_they_are(encoding, words):
    from demarche.sources import decode_bytes

    source = page(f"<p>{words} rejected the plan on Thursday.</p>", head="<meta charset='utf-8'>")
    assert words in decode_bytes(source.encode(encoding))
