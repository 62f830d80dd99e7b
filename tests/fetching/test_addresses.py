"""Which addresses may be reached."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.errors import FetchError, InputError
from demarche.fetching._addresses import Allowed, is_public, parse_address

CLOSED = """0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.9.9.9 169.254.169.254 168.63.129.16 172.31.0.1 192.0.0.192 192.0.2.1 192.168.1.1
    198.18.0.1 203.0.113.9 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1
    64:ff9b:1::808:808 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1
    ff02::1 2001:4860::5efe:7f00:1 2001:4860::200:5efe:10.0.0.1""".split()


@pytest.mark.parametrize("address", CLOSED)
def test_an_address_of_special_use_is_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_open_internet_is_public(address):
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_no_address_is_public_that_python_does_not_take_for_global(address):
    assert not is_public(address) or (address.is_global and not address.is_multicast)


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_is_public_that_python_does_not_take_for_global(address):
    assert not is_public(address) or address in ipaddress.ip_network("64:ff9b::/96") or address.is_global


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_an_ipv6_one_is_judged_as_itself(address):
    for form in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert is_public(ipaddress.ip_address(form)) == is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.01/",
        "http://127.0.0.1.:80/",
        "http://foo.0x7f/",
        "http://user:secret@example.org/",
        "http://user@example.org/",
        "http://[fe80::1%25eth0]/",
        "http://[::1/",
        "http://ex%61mple.org/",
        "http://a..b/",
        "http:///nothing",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://example.org\\@127.0.0.1/",
        "http://example.org/a b",
        "http://example.org/\r\nHost: x",
        "http://example.org/\udcff",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "//example.org/",
        "example.org",
        "",
        "http://example.org/" + "a" * 3000,
    ],
)
def test_an_odd_address_is_refused(address):
    with pytest.raises(FetchError) as refused:
        parse_address(address)
    assert refused.value.lasting
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("HTTP://Example.ORG:80", "http://example.org/"),
        ("https://example.org:443/a?b=c#d", "https://example.org/a?b=c"),
        ("http://１２７.0.0.1/", "http://127.0.0.1/"),
        ("http://①②⑦.⓪.⓪.①/", "http://127.0.0.1/"),
        ("http://straße.example/", "http://xn--strae-oqa.example/"),
        ("http://example.org./", "http://example.org/"),
        ("http://[0:0:0:0:0:0:0:1]:81/", "http://[::1]:81/"),
        ("http://a_b.example/é?q=ü&r=%20", "http://a_b.example/%C3%A9?q=%C3%BC&r=%20"),
        ("http://example.org//evil.example/", "http://example.org/evil.example/"),
    ],
)
def test_an_address_has_one_spelling(address, meant):
    assert parse_address(address).address == meant


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused(text):
    for address in (text, f"http://{text}/", f"http://example.org/{text}"):
        try:
            assert parse_address(parse_address(address).address) == parse_address(address)
        except FetchError:
            pass


@pytest.mark.parametrize(
    ("entry", "host", "address", "covered"),
    [
        ("wiki.intranet", "wiki.intranet", "10.0.0.1", True),
        ("wiki.intranet", "evil.wiki.intranet", "10.0.0.1", False),
        (".intranet", "wiki.intranet", "10.0.0.1", True),
        (".intranet", "notintranet", "10.0.0.1", False),
        ("10.0.0.0/8", "any.example", "10.2.3.4", True),
        ("10.0.0.0/8", "any.example", "::ffff:10.2.3.4", True),
        ("10.0.0.0/8", "any.example", "192.168.0.1", False),
        ("::1", "localhost", "::1", True),
    ],
)
def test_what_is_allowed(entry, host, address, covered):
    assert Allowed((entry,)).covers(host, [ipaddress.ip_address(address)]) is covered


@pytest.mark.parametrize("entry", ["", "10.0.0.0/33", "a b", "http://a.example/", "0x7f", "127.1"])
def test_what_cannot_be_allowed_is_said(entry):
    with pytest.raises(InputError):
        Allowed((entry,))


def test_a_network_covers_no_host_whose_addresses_are_not_known():
    assert not Allowed(("10.0.0.0/8",)).covers("wiki.example", [])
    assert Allowed(("wiki.example",)).covers("wiki.example", [])
