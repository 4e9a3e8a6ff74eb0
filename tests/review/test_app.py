"""The desk's answers, and who does not get any: other hosts, other sites, no cookie, no form token, ids that are paths."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from pipeline.review.app import create
from pipeline.review.desk import Desk
from pipeline.review.safety import Gate
from tests.review.desks import Made, clock, make_run

BASE = "http://127.0.0.1:8765"


class Browser:
    """A browser that was opened with the start address."""

    def __init__(self, desk: Desk, opened: bool = True) -> None:
        self.gate = Gate(8765)
        self.client: FlaskClient = create(desk, self.gate, "ann", clock()).test_client()
        self.desk = desk
        if opened:
            assert self.get(f"/start?token={self.gate.token}").status_code == 303

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, base_url=BASE, headers=headers)

    def post(self, path: str, values: dict[str, str], **headers: str) -> Any:
        sent = {"Origin": BASE, "X-Form-Token": self.gate.form} | headers
        return self.client.post(path, base_url=BASE, data=values, headers={k: v for k, v in sent.items() if v})


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return make_run(tmp_path)


@pytest.fixture
def browser(made: Made) -> Browser:
    return Browser(made.desk())


def test_the_page_has_the_queue_the_row_and_the_evidence(browser: Browser, made: Made) -> None:
    page = browser.get("/?row=" + made.at("keep a register of ferries")).text
    assert page.count('class="entry"') == 8
    assert "0 / 8" in page
    assert '<span class="statement">Each Party shall keep a register of ferries</span>' in page
    assert '<rect class="frame-statement"' in page
    assert 'viewBox="0 0 400.0 300.0"' in page


def test_a_link_of_the_workbook_leads_to_its_row(browser: Browser, made: Made) -> None:
    key = made.at("keep a register of ferries")
    answer = browser.get(f"/open/{key}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/?row={key}")
    assert browser.get("/open/s-000000000000").headers["Location"] == "/"
    assert browser.get("/open/..%2f..%2fetc").status_code in (303, 404)


def test_a_link_of_the_workbook_tells_a_stranger_nothing_but_how_to_get_in(made: Made) -> None:
    stranger = Browser(made.desk(), opened=False)
    key = made.at("keep a register of ferries")
    known, unknown = stranger.get(f"/open/{key}"), stranger.get("/open/s-000000000000")
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(key, "") == unknown.text.replace("s-000000000000", "")
    assert "pledgebook review" in known.text
    assert stranger.gate.token not in known.text
    assert stranger.gate.form not in known.text
    assert "<b>" not in stranger.get("/open/<b>").text
    assert "ferries" not in known.text
    assert stranger.get(f"/open/{key}", Host="evil.example").status_code == 421
    assert stranger.post(f"/open/{key}", {}).status_code in (403, 405)


def test_the_picture_is_the_page_of_the_file(browser: Browser, made: Made) -> None:
    item = browser.desk.items[made.at("keep a register of ferries")]
    answer = browser.get(f"/picture/{item.passage.document}/1.png")
    assert answer.data.startswith(b"\x89PNG")
    assert browser.get(f"/picture/{item.passage.document}/2.png").status_code == 404
    assert browser.get(f"/picture/{item.passage.document}/0.png").status_code == 404


def test_a_file_that_was_changed_since_is_not_shown_as_evidence(browser: Browser, made: Made, tmp_path: Path) -> None:
    item = browser.desk.items[made.at("keep a register of ferries")]
    file = browser.desk.documents[item.passage.document].file
    assert file
    file.write_bytes(file.read_bytes() + b"% other\n")
    answer = browser.get(f"/picture/{item.passage.document}/1.png")
    assert answer.status_code == 404
    assert "moved or changed" in answer.text


def test_a_text_file_has_no_picture_and_says_so(browser: Browser, made: Made) -> None:
    assert "only PDF files" in browser.get("/row/" + made.at("保存渡轮登记册")).text


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"do": "accept"}, "accepted"),
        ({"do": "reject"}, "rejected"),
        ({"do": "correct", "force": "permission"}, "corrected"),
        ({"do": "note", "note": "look again"}, "unreviewed"),
    ],
)
def test_decisions_are_on_the_disk_when_the_answer_comes(
    browser: Browser, made: Made, values: dict[str, str], state: str
) -> None:
    statement = made.at("保存渡轮登记册")
    answer = browser.post("/decide", {"statement": statement, **values})
    assert answer.json["saved"] == [statement]
    assert f'data-state="{state}"' in answer.json["entries"][statement]
    assert made.desk().state(statement) == state
    assert made.desk().history(statement)[0].time == "2031-01-01T00:00:00+00:00"


def test_undo_gives_the_row_back(browser: Browser, made: Made) -> None:
    statement = made.at("open two new piers")
    browser.post("/decide", {"statement": statement, "do": "reject"})
    assert browser.post("/undo", {}).json["progress"]["decided"] == 0
    assert made.desk().state(statement) == "unreviewed"
    assert browser.post("/undo", {}).json["saved"] == []


def test_undoing_an_addition_takes_the_row_away(browser: Browser) -> None:
    passage = next(p for p in browser.desk.passages if not p.statements)
    values = {"do": "add", "passage": passage.id, "stretch": "0,5", "force": "commitment"}
    (added,) = browser.post("/decide", values).json["saved"]
    assert browser.get(f"/row/{added}").status_code == 200
    assert browser.post("/undo", {}).json["gone"] == [added]
    assert browser.get(f"/row/{added}").status_code == 404


def test_two_reviewers_disagree_and_one_settles(made: Made) -> None:
    statement = made.at("keep a register of ferries")
    ann, ben = Browser(made.desk()), Browser(made.desk())
    assert ben.post("/reviewer", {"name": "ben"}).json == {"reviewer": "ben"}
    ann.post("/decide", {"statement": statement, "do": "accept"})
    answer = ben.post("/decide", {"statement": statement, "do": "reject"})
    assert answer.json["progress"] == {"decided": 0, "all": 8, "conflicts": 1}
    assert "Reviewers disagree" in ann.get(f"/row/{statement}").text
    assert statement in ann.get("/state").text
    ann.post("/decide", {"statement": statement, "do": "correct", "bearer": "Party"})
    assert made.desk().state(statement) == "corrected"
    assert "ann, ben" in ben.get("/state").text


@pytest.mark.parametrize(
    "values",
    [
        {"do": "correct", "bearer": "Nobody"},
        {"do": "burn"},
        {"do": "note"},
        {"do": "split", "stretch": "0,1"},
        {"do": "merge"},
        {"do": "add", "passage": "../../etc/passwd", "stretch": "0,5"},
    ],
)
def test_what_cannot_be_is_refused_with_a_reason_and_nothing_is_written(
    browser: Browser, made: Made, values: dict[str, str]
) -> None:
    answer = browser.post("/decide", {"statement": made.at("keep a register of ferries"), **values})
    assert answer.status_code in (400, 404)
    assert len(answer.text) > 20
    assert not made.reviews.exists()


# --- attacks ---


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1:1", "127.0.0.1.evil.example:8765", ""]
)
def test_another_host_gets_nothing(browser: Browser, host: str) -> None:
    for path in ("/", "/static/desk.js", f"/start?token={browser.gate.token}"):
        assert browser.get(path, Host=host).status_code == 421


@pytest.mark.parametrize(
    "path", ["/", "/queue", "/row/s-1", "/state", "/picture/d/1.png", "/static/desk.css", "/passage/p"]
)
def test_without_the_start_address_there_is_nothing(made: Made, path: str) -> None:
    assert Browser(made.desk(), opened=False).get(path).status_code == 403


@pytest.mark.parametrize("token", ["", "x", "中"])
def test_a_wrong_token_opens_nothing(made: Made, token: str) -> None:
    browser = Browser(made.desk(), opened=False)
    assert browser.get(f"/start?token={token}").status_code == 403
    assert browser.get("/").status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "https://127.0.0.1:8765"},
        {"X-Form-Token": ""},
        {"X-Form-Token": "guess"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/decide", "/undo", "/reviewer"])
def test_a_post_from_elsewhere_changes_nothing(
    browser: Browser, made: Made, path: str, headers: dict[str, str]
) -> None:
    values = {"statement": made.at("keep a register of ferries"), "do": "accept", "name": "mallory"}
    answer = browser.post(path, values, **headers)
    assert answer.status_code == 403
    assert "nothing was changed" in answer.text
    assert not made.reviews.exists()


def test_reading_changes_nothing(browser: Browser, made: Made) -> None:
    for path in ("/decide", "/undo", "/reviewer"):
        assert browser.get(path).status_code == 405
    assert not made.reviews.exists()


@pytest.mark.parametrize(
    "bad", ["..", "../..", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5cx", "d-1/../../x", "%00", "/etc/passwd"]
)
@pytest.mark.parametrize("path", ["/row/{}", "/passage/{}", "/picture/{}/1.png", "/static/{}", "/start?token=&row={}"])
def test_ids_are_looked_up_and_never_paths(browser: Browser, path: str, bad: str) -> None:
    answer = browser.get(path.format(bad))
    assert answer.status_code in (403, 404, 308)
    assert "root:" not in answer.text


def test_a_script_in_a_title_or_a_text_is_text(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
    said = [(f"Each Party shall {evil} act.", [("obligation", "Each Party", f"{evil} act")])]
    made = make_run(tmp_path, title=evil, sentences={"en": said, "zh": said})
    browser = Browser(made.desk())
    statement = next(iter(browser.desk.items))
    browser.post("/decide", {"statement": statement, "do": "note", "note": evil})
    for path in ("/", f"/row/{statement}", "/queue", "/queue?q=" + evil, "/?q=" + evil, "/state"):
        page = browser.get(path).text
        assert "<script>" not in page
        assert "<img" not in page
    assert 'value="&lt;script&gt;' in browser.get("/?q=" + evil).text


def test_every_answer_says_what_it_may_load(browser: Browser) -> None:
    for path in ("/", "/queue", "/static/desk.js", "/none"):
        headers = browser.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    cookie = browser.get(f"/start?token={browser.gate.token}").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_the_page_loads_nothing_from_elsewhere() -> None:
    folder = Path(__file__).resolve().parents[2] / "pipeline" / "review" / "page"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 7
    for path in files:
        text = path.read_text("utf-8")
        assert "//" not in text.replace("// ", "").replace("/static/", ""), path.name
        assert " style=" not in text
        assert not any(f" on{event}=" in text for event in ("click", "load", "error"))


def test_a_sent_form_is_not_endless(browser: Browser) -> None:
    assert browser.post("/decide", {"note": "x" * 1_100_000}).status_code == 413


def test_ten_thousand_rows_are_quick(tmp_path: Path) -> None:
    made = make_run(tmp_path, copies=1250)
    browser = Browser(made.desk())
    assert len(browser.desk.items) == 10_000
    statements = list(browser.desk.items)
    browser.get("/")
    spent = []
    for path in ("/", "/?q=登记册", "/queue?sort=place&lang=zh&offset=4000"):
        before = time.process_time()
        assert browser.get(path).status_code == 200
        spent.append(time.process_time() - before)
    # Seconds of work, not of waiting: others may be busy on this machine.
    assert max(spent) < 1.0, spent
    spent = []
    for statement in statements[:40]:
        before = time.process_time()
        assert browser.post("/decide", {"statement": statement, "do": "accept"}).status_code == 200
        spent.append(time.process_time() - before)
    assert sorted(spent)[20] < 0.1, spent
