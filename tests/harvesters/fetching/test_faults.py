"""Every row of the table of faults: none is taken for an answer, and none loses or invents a byte."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest

from talkoot.harvesters.fetching import transport
from talkoot.harvesters.fetching.request import FetchError, Request, strict_json
from tests.harvesters.fetching.children import run_child
from tests.harvesters.fetching.conftest import SITE, Bench, Fetch
from tests.harvesters.fetching.fault_server import FaultServer, answer, drip, zipped

PAGE = b"<!doctype html><html><body>" + b"Yhdess\xc3\xa4 " * 2000 + b"</body></html>"
JSON = ("application/json",)


def failure(fetch: Fetch, path: str, **options: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(path, **options)
    return caught.value


@pytest.mark.parametrize("status", ["429 Too Many Requests", "500 Error", "502 Bad", "503 Busy", "504 Slow"])
def test_a_passing_refusal_is_asked_again(fetch: Fetch, server: FaultServer, status: str) -> None:
    server.rules["/a"] = [answer(status=status), answer(PAGE)]
    assert fetch("/a").body == PAGE
    assert server.paths() == ["/a", "/a"]


def test_a_page_that_is_refused_three_times_fails(fetch: Fetch, server: FaultServer) -> None:
    server.rules["/a"] = answer(status="503 Busy")
    error = failure(fetch, "/a")
    assert (error.code, error.status) == ("http-status", 503)
    assert "answered 503 Busy, expected 200" in str(error)
    assert server.paths() == ["/a"] * 3


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 No", "403 Forbidden", "404 Not Found", "410 Gone", "206 Part"]
)
def test_a_lasting_refusal_is_not_asked_again(fetch: Fetch, server: FaultServer, status: str) -> None:
    server.rules["/a"] = answer(PAGE, status)
    error = failure(fetch, "/a")
    assert (error.code, error.status, error.gone) == ("http-status", int(status[:3]), status[:3] in ("404", "410"))
    assert server.paths() == ["/a"]


def test_a_page_that_is_gone_is_known_to_be_gone_without_asking_twice(
    bench: Bench, fetch: Fetch, server: FaultServer
) -> None:
    failure(fetch, "/gone")
    for fetcher in (bench.begin("interrupted"), bench.replay()):
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(Request(f"http://{SITE}/gone"))
        assert caught.value.gone
        assert caught.value.url == f"http://{SITE}/gone"
    assert server.paths() == ["/gone"]


def test_a_body_that_drips_ends_at_the_time_limit(bench: Bench, fetch: Fetch, server: FaultServer) -> None:
    bench.new_network(fetch_deadline=0.4)
    server.rules["/a"] = lambda asked: drip(answer(PAGE[:10], length=400))
    began = time.monotonic()
    error = failure(fetch, "/a")
    assert error.code == "timeout"
    assert "took longer than its time limit" in str(error)
    assert time.monotonic() - began < 8
    assert server.paths() == ["/a"]


def test_headers_that_drip_end_at_the_time_limit(bench: Bench, fetch: Fetch, server: FaultServer) -> None:
    bench.new_network(fetch_deadline=0.4)
    server.rules["/a"] = lambda asked: drip(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    began = time.monotonic()
    assert failure(fetch, "/a").code == "timeout"
    assert time.monotonic() - began < 8


def test_a_server_that_says_nothing_is_asked_again(
    fetch: Fetch, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "SILENCE", 0.2)
    server.rules["/a"] = [
        drip(b"", times=1, pause=0.5),
        drip(answer(PAGE[:100], length=900), times=1, pause=0.5),
        answer(PAGE),
    ]
    assert fetch("/a").body == PAGE
    assert len(server.paths()) == 3


@pytest.mark.parametrize("body", [PAGE, b"\0" * 5_000_000, b""], ids=["page", "zeros", "nothing"])
def test_a_gzip_body_is_decoded_whole(fetch: Fetch, server: FaultServer, body: bytes) -> None:
    server.rules["/a"] = zipped(body)
    assert fetch("/a").body == body
    assert server.asked[-1].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("keep", [-1, -8, -9, 100, 1, 0])
def test_a_gzip_body_that_was_cut_with_a_right_length_is_asked_again(
    fetch: Fetch, server: FaultServer, keep: int
) -> None:
    server.rules["/a"] = [zipped(PAGE, keep), zipped(PAGE)]
    assert fetch("/a").body == PAGE


@pytest.mark.parametrize(
    "body",
    [gzip.compress(PAGE) + b"more", gzip.compress(PAGE)[:60] + b"\0" * 60, PAGE],
    ids=["more", "broken", "plain"],
)
def test_a_gzip_body_with_something_wrong_is_no_answer(fetch: Fetch, server: FaultServer, body: bytes) -> None:
    server.rules["/a"] = answer(body, Content_Encoding="gzip")
    assert failure(fetch, "/a").code == "cut-short"
    assert len(server.paths()) == 3


def test_a_coding_that_was_not_asked_for_is_no_answer(fetch: Fetch, server: FaultServer) -> None:
    server.rules["/a"] = answer(PAGE, Content_Encoding="br")
    assert failure(fetch, "/a").code == "media-type"


def test_a_body_shorter_than_its_length_is_asked_again(fetch: Fetch, server: FaultServer) -> None:
    server.rules["/a"] = [answer(PAGE, length=len(PAGE) + 9, Connection="close"), answer(PAGE)]
    assert fetch("/a").body == PAGE
    server.rules["/b"] = answer(PAGE, length=len(PAGE) + 9, Connection="close")
    assert failure(fetch, "/b").code == "cut-short"


def test_a_body_longer_than_its_length_does_not_spill_into_the_next_answer(bench: Bench, server: FaultServer) -> None:
    server.rules |= {"/a": answer(PAGE + b"HTTP/1.1 200 OK\r\n\r\n", length=len(PAGE)), "/b": answer(b"second")}
    fetcher = bench.begin()
    assert fetcher.fetch(Request(f"http://{SITE}/a")).body == PAGE
    assert fetcher.fetch(Request(f"http://{SITE}/b")).body == b"second"


@pytest.mark.parametrize("bad", [b"40\r\nshort", b"zz\r\nshort\r\n", b"5\r\nshort\r\n", b""])
def test_a_chunked_body_that_was_cut_is_asked_again(fetch: Fetch, server: FaultServer, bad: bytes) -> None:
    start = answer(length=0, Transfer_Encoding="chunked", Content_Length="", Connection="close")
    whole = start + b"5\r\nshort\r\n0\r\n\r\n"
    server.rules["/a"] = [start + bad, whole]
    assert fetch("/a").body == b"short"
    assert len(server.paths()) == 2


@pytest.mark.parametrize(
    ("kind", "whole"), [("application/json", b'{"a": [1]}'), ("text/html", PAGE), ("application/xml", b"<a><b/></a>")]
)
def test_a_body_without_length_must_end_as_its_type_ends(
    fetch: Fetch, server: FaultServer, kind: str, whole: bytes
) -> None:
    server.rules["/a"] = [
        answer(body, Content_Type=kind, Content_Length="", Connection="close") for body in (whole[:-3], whole + b"\n")
    ]
    assert fetch("/a").body == whole + b"\n"
    assert len(server.paths()) == 2


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", PAGE),
        ("text/html; charset=iso-8859-1", PAGE),
        ("text/html; charset=utf-8", "<html>Käyttäjä</html>".encode("cp1252")),
    ],
    ids=["no charset", "wrong charset", "cp1252 as utf-8"],
)
def test_the_bytes_come_as_they_are_whatever_charset_is_claimed(
    fetch: Fetch, server: FaultServer, content_type: str, body: bytes
) -> None:
    server.rules["/a"] = answer(body, Content_Type=content_type)
    found = fetch("/a")
    assert found.body == body
    assert found.headers["content-type"] == content_type


def test_a_redirect_loop_ends_after_five(fetch: Fetch, server: FaultServer) -> None:
    server.rules["/a"] = answer(status="302 Found", Location="/a")
    error = failure(fetch, "/a")
    assert (error.code, len(server.paths())) == ("redirect", 6)
    assert "more than 5 redirects" in str(error)


def test_five_redirects_are_followed_and_recorded(fetch: Fetch, server: FaultServer) -> None:
    for number, status in enumerate(("301 M", "302 F", "303 S", "307 T", "308 P")):
        server.rules[f"/{number}"] = answer(
            status=status, Location=f"{number + 1}" if number % 2 else f"/{number + 1}#top"
        )
    server.rules["/5"] = answer(PAGE)
    found = fetch("/0")
    assert found.final_url == f"http://{SITE}/5"
    assert found.redirects == tuple(f"http://{SITE}/{number}" for number in range(5))
    assert found.url == f"http://{SITE}/0"


def test_a_redirect_that_names_its_page_in_raw_utf_8_is_followed(fetch: Fetch, server: FaultServer) -> None:
    server.rules |= {
        "/a": answer(status="301 M", Location="/sivu-ä".encode().decode("latin-1")),
        "/sivu-%C3%A4": answer(PAGE),
    }
    assert fetch("/a").body == PAGE


@pytest.mark.parametrize("target", ["ftp://site.example/", "file:///etc/passwd", "http://", "http://a:b@site.example/"])
def test_a_redirect_to_anything_but_the_web_is_refused(fetch: Fetch, server: FaultServer, target: str) -> None:
    server.rules["/a"] = answer(status="302 Found", Location=target)
    assert failure(fetch, "/a").code == "redirect"


def test_a_redirect_from_https_to_http_is_refused(fetch: Fetch, server: FaultServer) -> None:
    server.rules["/a"] = answer(status="302 Found", Location=f"http://{SITE}/b")
    error = failure(fetch, "/a", scheme="https")  # the route goes to the server over plain HTTP
    assert error.code == "redirect"
    assert server.paths() == ["/a"]


def test_a_gzip_bomb_stops_at_the_cap(bench: Bench, fetch: Fetch, server: FaultServer) -> None:
    bench.new_network(fetch_bytes=5_000_000)
    server.rules["/a"] = zipped(b"\0" * 300_000_000)
    assert failure(fetch, "/a").code == "too-large"
    assert server.paths() == ["/a"]


@pytest.mark.parametrize("length", [None, ""])
def test_too_many_bytes_on_the_wire_are_refused(
    bench: Bench, fetch: Fetch, server: FaultServer, length: str | None
) -> None:
    bench.new_network(fetch_wire_bytes=1000)
    server.rules["/a"] = answer(PAGE, Connection="close", **({} if length is None else {"Content_Length": length}))
    error = failure(fetch, "/a")
    assert error.code == "too-large"
    assert ("announced" in str(error)) == (length is None)


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_an_html_page_instead_of_json_is_no_answer(fetch: Fetch, server: FaultServer, kind: str) -> None:
    server.rules["/a"] = answer(b"<html>Be back soon</html>", Content_Type=kind)
    error = failure(fetch, "/a", accept=JSON)
    assert error.code == "media-type"
    assert kind in str(error)
    assert server.paths() == ["/a"]


@pytest.mark.parametrize("kind", ["text/csv", "text/turtle", "application/zip"])
def test_a_maintenance_page_is_no_table(fetch: Fetch, server: FaultServer, kind: str) -> None:
    server.rules["/a"] = answer(b"\n<!DOCTYPE HTML><title>Maintenance</title>", Content_Type=kind)
    assert failure(fetch, "/a").code == "media-type"


def test_an_empty_body_is_no_json(fetch: Fetch, server: FaultServer) -> None:
    server.rules["/a"] = answer(b"", Content_Type="application/json")
    assert failure(fetch, "/a", accept=JSON).code == "media-type"


def test_json_is_decoded_strictly(fetch: Fetch, server: FaultServer) -> None:
    server.rules["/a"] = answer(b'\xef\xbb\xbf{"a": 1}', Content_Type="application/json")
    assert strict_json(fetch("/a", accept=JSON).body) == {"a": 1}
    for wrong in (b'{"a": NaN}', b'{"a": 1, "a": 2}', b'{"a": 1', b"\xff"):
        with pytest.raises(ValueError, match=r"."):
            strict_json(wrong)
    assert json.loads(b'{"a": NaN}')  # which Python lets pass


def test_broken_xml_comes_as_it_is(fetch: Fetch, server: FaultServer) -> None:
    """Whether it is read at all is the reader's decision; nothing is mended on the way."""
    server.rules["/a"] = answer(b"<a><b></a>", Content_Type="application/xml")
    assert fetch("/a").body == b"<a><b></a>"


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, bench: Bench, fetch: Fetch) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={SITE}", "-addext", f"subjectAltName=DNS:{SITE}", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    names: list[str | None] = []
    context.sni_callback = lambda connection, name, _: names.append(name)

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with pytest.raises(ssl.SSLError), context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        bench.server.address = f"https://127.0.0.1:{listening.getsockname()[1]}"
        bench.new_network()
        error = failure(fetch, "/a", scheme="https")
        thread.join(5)
    assert error.code == "tls"
    assert names == [SITE]


def test_a_server_that_is_not_there_is_asked_three_times(bench: Bench, fetch: Fetch, server: FaultServer) -> None:
    server.close()
    assert failure(fetch, "/a").code == "connection"


def test_a_connection_that_breaks_is_asked_again(fetch: Fetch, server: FaultServer) -> None:
    server.rules["/a"] = [iter([b""]), iter([b"rubbish\r\n\r\n"]), answer(PAGE)]
    assert fetch("/a").body == PAGE


def test_a_large_body_takes_little_memory(bench: Bench, server: FaultServer, tmp_path: Path) -> None:
    """In a process of its own, whose highest memory use is read at its end."""
    size = 200_000_000
    block = bytes(range(256)) * 4096

    def body() -> object:
        yield answer(length=size, Content_Type="text/plain")
        for _ in range(size // len(block)):
            yield block
        yield block[: size % len(block)]

    server.rules["/a"] = lambda asked: body()
    before, after, found = run_child("memory", bench.home, server.address, str(size)).split()
    assert int(found) == size
    assert int(after) - int(before) < 30_000  # KiB
