"""The classic web interface: status page, actions by URL, tail.html, files."""

import html.parser
import http.client
import re
import urllib.parse

import pytest

from harness import DEADLINE, free_port

CONFIG = """
[program:cat]
command=/bin/cat
startsecs=0
[program:idle]
command=/bin/cat
autostart=false
startsecs=0
[program:bad]
command=/no/such/program
startretries=0
[program:quick]
command=/bin/false
autostart=false
startsecs=30
startretries=0
[program:writer]
command=/bin/sh -c 'echo "<b>bold</b> & plain"; exec sleep 1000'
startsecs=0
[program:silent]
command=/bin/cat
stdout_logfile=NONE
startsecs=0
[program:a]
command=/bin/cat
startsecs=0
[group:pair]
programs=a
"""


class Elements(html.parser.HTMLParser):
    """The elements of a page: (name, attributes, text up to the next tag)."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append([tag, dict(attrs), ""])

    def handle_data(self, data):
        if self.found:
            self.found[-1][2] += data

    def links(self):
        return {attrs.get("href"): text.strip() for tag, attrs, text in self.found if tag == "a"}

    def with_class(self, name):
        return [text.strip() for _, attrs, text in self.found if name in attrs.get("class", "").split()]


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        self.text = self.body.decode(errors="replace")

    @property
    def message(self):
        """The text that the redirect carries to the status page."""
        assert self.status == 301, self.text
        query = urllib.parse.urlsplit(self.headers["Location"]).query
        assert query.startswith("message="), query
        return urllib.parse.unquote(query[len("message=") :])


@pytest.fixture(scope="module")
def daemon(start_shared):
    daemon = start_shared(CONFIG, http_port=free_port())
    states = dict.fromkeys(("cat", "pair:a", "silent", "writer"), "RUNNING") | {"bad": "FATAL"}
    for name, state in states.items():
        daemon.wait_state(name, state)
    daemon.wait_file(daemon.info("writer")["stdout_logfile"], "plain\n")
    yield daemon
    daemon.disconnect()


@pytest.fixture
def request_page(daemon):
    def send(method, path, body=None, **headers):
        client = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=DEADLINE)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client.request(method, path, body, named)
        answer = Answer(client.getresponse())
        client.close()
        return answer

    return send


@pytest.fixture
def get(request_page):
    return lambda path, **headers: request_page("GET", path, **headers)


def act(get, action, name=None):
    query = {"action": action, **({"processname": name} if name else {})}
    return get("/index.html?" + urllib.parse.urlencode(query)).message


CTIME = r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}"


def test_liveness_probe(get):
    answer = get("/ok.html")
    assert (answer.status, answer.text) == (200, "OK")
    assert answer.headers["Content-Type"] == "text/plain"
    assert "Pragma" not in answer.headers


def test_status_page_lists_every_process(get):
    answer = get("/")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html;charset=utf-8"
    assert answer.headers["Pragma"] == answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["Expires"] == "Thu, 01 Jan 1970 00:00:00 GMT"
    page = Elements(answer.text)
    assert "<title>Supervisor Status</title>" in answer.text
    rows = [href for href in page.links() if href and href.startswith("tail.html")]
    names = [urllib.parse.unquote(href.partition("=")[2]) for href in rows]
    assert names == ["bad", "cat", "idle", "pair:a", "quick", "silent", "writer"]
    assert page.with_class("statuserror") == ["fatal"]
    assert page.with_class("statusrunning") == ["running"] * 4
    assert "stopped" in page.with_class("statusnominal")
    assert [text.strip() for tag, _, text in page.found if tag == "th"] == ["State", "Description", "Name", "Action"]
    assert "<script" not in answer.text


def test_status_page_offers_what_the_state_allows(get):
    links = Elements(get("/").text).links()
    assert links["index.html?processname=pair%3Aa&action=restart"] == "Restart"
    assert links["index.html?processname=pair%3Aa&action=stop"] == "Stop"
    assert "index.html?processname=pair%3Aa&action=start" not in links
    assert links["index.html?processname=idle&action=start"] == "Start"
    assert "index.html?processname=idle&action=stop" not in links
    assert links["index.html?processname=cat&action=clearlog"] == "Clear Log"
    assert links["logtail/pair%3Aa"] == "Tail -f Stdout"
    assert links["logtail/pair%3Aa/stderr"] == "Tail -f Stderr"
    assert links["index.html?action=refresh"] == "Refresh"
    assert links["index.html?action=restartall"] == "Restart All"
    assert links["index.html?action=stopall"] == "Stop All"


def test_message_is_shown_escaped(get):
    text = get("/?message=%3Cscript%3Ealert(1)%3C%2Fscript%3E+done").text
    assert "<script" not in text
    assert "&lt;script" in text
    assert Elements(text).with_class("status_msg") == ["<script>alert(1)</script> done"]
    assert Elements(get("/").text).with_class("status_msg") == []


def test_refresh(get):
    assert re.fullmatch(f"Page refreshed at {CTIME}", act(get, "refresh"))


def test_start_and_stop(daemon, get):
    assert act(get, "start", "idle") == "Process idle started"
    assert daemon.state("idle") == "RUNNING"
    assert act(get, "start", "idle") == "ERROR: Process idle: already started"
    assert act(get, "stop", "idle") == "Process idle stopped"
    assert daemon.state("idle") == "STOPPED"
    assert act(get, "stop", "idle") == "unexpected rpc fault [70] NOT_RUNNING: idle"


def test_restart(daemon, get):
    before = daemon.info("pair:a")["pid"]
    assert act(get, "restart", "pair:a") == "Process pair:a restarted"
    assert daemon.info("pair:a")["pid"] not in (0, before)


def test_failed_starts_say_why(get):
    assert act(get, "start", "bad") == "ERROR: Process bad: no such file"
    assert act(get, "start", "quick") == "ERROR: Process quick: spawn error"
    assert act(get, "start", "nope") == "No such process named nope"
    assert act(get, "start", "pair:*") == "No such process named pair:*"
    assert act(get, "dance", "nope") == "No such process named nope"


def test_unknown_actions_are_errors(get):
    assert get("/?action=dance&processname=cat").status == 500
    assert get("/?action=start").status == 500
    assert get("/?action=").status == 200


def test_post_works_like_get(request_page):
    answer = request_page("POST", "/index.html?processname=nope", "action=stop&processname=idle")
    assert answer.message == "unexpected rpc fault [70] NOT_RUNNING: idle"


def test_stop_all_and_restart_all(daemon, get):
    assert re.fullmatch(f"All stopped at {CTIME}", act(get, "stopall"))
    assert daemon.state("cat") == daemon.state("pair:a") == "STOPPED"
    assert re.fullmatch(f"All restarted at {CTIME}", act(get, "restartall"))
    assert daemon.state("cat") == daemon.state("pair:a") == "RUNNING"


def test_tail_page(daemon, get):
    daemon.wait_state("writer", "RUNNING")
    text = get("/tail.html?processname=writer&limit=4000").text
    assert "Supervisor tail of process writer" in text
    assert "&lt;b>bold&lt;/b> &amp; plain" in text.replace("&gt;", ">")
    assert list(Elements(text).links()) == ["tail.html?processname=writer&limit=4000"]
    assert "limit=1024" in get("/tail.html?processname=writer&limit=1").text
    assert "No process name found" in get("/tail.html").text
    assert "No file for silent" in get("/tail.html?processname=silent").text
    assert "ERROR: unexpected rpc fault [10] BAD_NAME" in get("/tail.html?processname=nope").text


def test_files(get):
    css = get("/stylesheets/supervisor.css")
    assert (css.status, css.headers["Content-Type"]) == (200, "text/css")
    modified = css.headers["Last-Modified"]
    again = get("/stylesheets/supervisor.css", If_Modified_Since=modified)
    assert (again.status, again.body) == (304, b"")
    for link in re.findall(r'(?:href|src)="((?:stylesheets|images)/[^"]+)"', get("/").text):
        assert get("/" + link).status == 200, link
    assert get("/stylesheets/nothing.css").status == 404


@pytest.mark.ours_only
def test_other_sites_cannot_trigger_actions(daemon, get):
    assert get("/?action=stopall", Sec_Fetch_Site="cross-site").status == 403
    assert get("/?action=stopall", Origin="http://evil.example").status == 403
    assert get("/?action=stopall", Referer="http://evil.example/").status == 403
    assert daemon.state("cat") == "RUNNING"
    own = f"http://127.0.0.1:{daemon.http_port}/"
    assert act(lambda path: get(path, Referer=own), "refresh").startswith("Page refreshed")


@pytest.mark.ours_only
def test_the_redirect_does_not_repeat_what_the_client_claims(get):
    answer = get("/?action=refresh", Host="evil.example")
    assert answer.headers["Location"].startswith("/?message=")


@pytest.mark.ours_only
def test_bytes_that_are_no_text_are_shown(start):
    daemon = start(
        "[program:raw]\ncommand=/bin/sh -c 'printf \"caf\\303\\251 \\377 \\001\\n\"; exec sleep 1000'\nstartsecs=0\n",
        http_port=free_port(),
    )
    daemon.wait_state("raw", "RUNNING")
    client = http.client.HTTPConnection("127.0.0.1", daemon.http_port, timeout=DEADLINE)
    shown = ""
    while "café" not in shown:
        client.request("GET", "/tail.html?processname=raw")
        answer = client.getresponse()
        assert answer.status == 200
        shown = answer.read().decode()
    assert "café \ufffd \ufffd\n" in shown
