"""`archdsl view`: the spec is watched, and served to this machine only."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from archdsl_page.server import Server
from archdsl_page.watch import Watch
from playwright.sync_api import Page, expect

from archdsl.network import SpecNotFound

SPEC = """\
network Small(classes = 10)

use Unit from "parts/unit.arch"

[8x8x3] INPUT
unit1: Unit(4)
FC: {classes} neurons (class scores)
"""
UNIT = """\
block Unit(n):
    CONV1: {n} 3x3 filters, pad 1 -> RELU
    CONV2: {n} 1x1 filters -> RELU
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "unit.arch").write_text(UNIT, encoding="utf-8")
    file = tmp_path / "small.arch"
    file.write_text(SPEC, encoding="utf-8")
    return file


@pytest.fixture
def watch(spec: Path) -> Watch:
    return Watch(str(spec), {"classes": "7"})


@pytest.fixture
def server(watch: Watch) -> Iterator[Server]:
    with Server(watch) as started:
        thread = threading.Thread(target=started.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield started
        started.shutdown()


def save(file: Path, text: str) -> None:
    """As editors do: a new file in the place of the old one."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    host, port = server.server_address[:2]
    connection = http.client.HTTPConnection(str(host), int(port), timeout=10)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    return connection.getresponse()


# --- Watching ---


def test_a_save_is_a_new_picture(watch: Watch, spec: Path) -> None:
    first = watch.state
    assert (first.is_wrong, first.complaints) == (False, ())
    assert first.network is not None
    assert not watch.poll()
    save(spec, SPEC.replace("Unit(4)", "Unit(16)"))
    assert watch.poll()
    assert watch.state.picture == watch.state.number == first.number + 1
    assert watch.state.network["graphs"][-1]["items"][1]["text"] == "Unit(16)"
    assert not watch.poll()


def test_what_is_used_is_watched_too(watch: Watch, spec: Path) -> None:
    save(spec.parent / "parts" / "unit.arch", UNIT.replace("3x3 filters, pad 1", "1x1 filters"))
    assert watch.poll()
    assert "1x1 conv, 4" in json.dumps(watch.state.network)


def test_an_error_keeps_the_last_good_picture(watch: Watch, spec: Path) -> None:
    good = watch.state
    save(spec, SPEC.replace("FC:", "FD:"))
    assert watch.poll()
    state = watch.state
    assert state.is_wrong
    assert (state.network, state.picture) == (good.network, good.picture)
    assert "^^" in state.complaints[0]
    save(spec, SPEC)
    assert watch.poll()
    assert not watch.state.is_wrong


def test_an_error_in_a_used_file_is_noticed_and_so_is_its_end(watch: Watch, spec: Path) -> None:
    unit = spec.parent / "parts" / "unit.arch"
    save(unit, UNIT.replace("filters", "filtres"))
    assert watch.poll()
    assert "unit.arch:2" in watch.state.complaints[0]
    save(unit, UNIT)
    assert watch.poll()
    assert not watch.state.is_wrong


def test_a_used_file_that_is_missing_is_waited_for(spec: Path) -> None:
    unit = spec.parent / "parts" / "unit.arch"
    unit.unlink()
    watch = Watch(str(spec), {})
    assert watch.state.is_wrong
    assert watch.state.network is None
    unit.write_text(UNIT, encoding="utf-8")
    assert watch.poll()
    assert not watch.state.is_wrong


def test_a_spec_that_goes_away_is_said_and_waited_for(watch: Watch, spec: Path) -> None:
    spec.unlink()
    assert watch.poll()
    assert watch.state.complaints == (f"error: cannot read {spec}: No such file or directory",)
    assert not watch.poll()
    spec.write_text(SPEC, encoding="utf-8")
    assert watch.poll()
    assert not watch.state.is_wrong


def test_doubts_are_told_with_the_picture(watch: Watch, spec: Path) -> None:
    save(spec, SPEC.replace("unit1: Unit(4)", "unit1: Unit(4)\nFC2: 5 neurons"))
    watch.poll()
    assert not watch.state.is_wrong
    assert watch.state.complaints[0].startswith("warning[")


def test_what_is_not_there_cannot_be_watched() -> None:
    with pytest.raises(SpecNotFound, match="did you mean alexnet"):
        Watch("alexnit", {})


# --- Serving ---


def test_the_server_listens_on_loopback_at_a_port_of_its_own(server: Server) -> None:
    host, port = server.server_address[:2]
    assert host == "127.0.0.1"
    assert port != 0
    assert server.address == f"http://127.0.0.1:{port}/"


def test_three_resources_are_served(server: Server) -> None:
    page = ask(server, "/")
    assert page.status == 200
    assert page.getheader("Content-Type") == "text/html; charset=utf-8"
    assert b"<title>archdsl</title>" in page.read()
    state = json.loads(ask(server, "/state").read())
    assert state["network"]["name"] == "Small"
    assert not state["is_wrong"]
    events = ask(server, "/events")
    assert events.getheader("Content-Type") == "text/event-stream"
    assert events.readline() == b"data: 1\n"


@pytest.mark.parametrize(
    "path",
    [
        "/small.arch",
        "/../small.arch",
        "/%2e%2e/small.arch",
        "/..%2f..%2fetc/passwd",
        "//etc/passwd",
        "/state/../small.arch",
        "/state?",
        "/web/page.js",
        "http://127.0.0.1/etc/passwd",
        "small.arch",
    ],
)
def test_no_path_leads_to_a_file(server: Server, path: str) -> None:
    answer = ask(server, path, Host=server.address[len("http://") : -1])
    assert (answer.status, answer.read()) == (404, b"")


@pytest.mark.parametrize("path", ["/", "/state", "/events"])
def test_a_foreign_name_for_this_machine_is_refused(server: Server, path: str) -> None:
    port = server.server_address[1]
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", "127.0.0.1:1", ""):
        assert ask(server, path, Host=host).status == 403
    assert ask(server, path, Host=f"localhost:{port}").status == 200


def test_a_foreign_page_is_refused_and_can_read_nothing(server: Server) -> None:
    assert ask(server, "/state", Origin="http://evil.example").status == 403
    assert ask(server, "/state", Origin="null").status == 403
    answer = ask(server, "/state", Origin=server.address.rstrip("/"))
    assert answer.status == 200
    assert not [name for name, _ in answer.getheaders() if name.startswith("Access-Control")]
    assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("X-Frame-Options") == "DENY"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_it_can_only_be_read(server: Server, method: str) -> None:
    assert ask(server, "/state", method).status == 501


# --- In the browser ---


@pytest.fixture
def live(server: Server, tab: Page) -> Page:
    tab.goto(server.address)
    tab.wait_for_selector(".node")
    return tab


def test_the_page_follows_what_is_saved(live: Page, watch: Watch, spec: Path) -> None:
    expect(live.locator("#name")).to_have_text(f"Small ({spec}) with classes = 7")
    live.locator('[data-path="unit1"]').click()
    expect(live.locator('[data-path="unit1.conv1"]')).to_contain_text("3x3 conv, 4")
    save(spec, SPEC.replace("Unit(4)", "Unit(16)"))
    watch.poll()
    # What was open stays open, and what was selected stays selected.
    expect(live.locator('[data-path="unit1.conv1"]')).to_contain_text("3x3 conv, 16")
    expect(live.locator("#stage .selected")).to_contain_text("Unit(16)")


def test_an_error_shows_with_its_caret_over_the_last_picture(
    live: Page, watch: Watch, spec: Path
) -> None:
    save(spec, SPEC.replace("unit1: Unit(4)", "[8x8x5] unit1: Unit(4)"))
    watch.poll()
    complaints = live.locator("#complaints")
    expect(complaints).to_contain_text("error[E")
    assert "^" in complaints.locator(".bad").last.inner_text()
    expect(live.locator('[data-path="unit1"]')).to_be_visible()
    save(spec, SPEC)
    watch.poll()
    expect(complaints).to_be_hidden()


def test_a_page_that_begins_with_an_error_waits(spec: Path, tab: Page) -> None:
    spec.write_text("nonsense\n", encoding="utf-8")
    watch = Watch(str(spec), {})
    with Server(watch) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        tab.goto(server.address)
        expect(tab.locator("#complaints")).to_contain_text("error[E")
        expect(tab.locator("#empty")).to_contain_text("No picture yet")
        save(spec, SPEC)
        watch.poll()
        expect(tab.locator('[data-path="unit1"]')).to_be_visible()
        expect(tab.locator("#empty")).to_be_hidden()
        server.shutdown()


def test_the_command_from_its_start_to_its_end(
    spec: Path, tab: Page, environment: dict[str, str]
) -> None:
    command = [sys.executable, "-m", "archdsl", "view", str(spec), "--set", "classes=3"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert address, said
        tab.goto(address[0])
        expect(tab.locator('[data-path="fc"]')).to_contain_text("fc 3")
        save(spec, SPEC.replace("Unit(4)", "Unit(32)"))
        expect(tab.locator('[data-path="unit1"]')).to_contain_text("Unit(32)")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
        expect(tab.locator("#alone")).to_be_visible()
