"""What a soak run says about a daemon that somebody else ends or holds up."""

import subprocess
import xmlrpc.client
from types import SimpleNamespace

import pytest
from soak import daemon
from soak.daemon import Daemon, Wrong


@pytest.fixture
def made(monkeypatch):
    """A daemon whose process lives until kill(), and that answers as answer() does."""

    def start(_words, _directory):
        return subprocess.Popen(["/bin/sleep", "600"])

    monkeypatch.setattr(daemon.machine, "start_quietly", start)
    monkeypatch.setattr(daemon, "MOMENT", 0.1)
    one = Daemon("/nosuch", SimpleNamespace(config="", directory="", socket=""))

    def answer(reply):
        def call(*_):
            if isinstance(reply, OSError):
                raise reply
            words = reply if isinstance(reply, xmlrpc.client.Fault) else (reply,)
            return xmlrpc.client.dumps(words, methodresponse=True).encode()

        monkeypatch.setattr(daemon, "call", call)

    one.answer = answer
    yield one
    one.process.kill()
    one.process.wait()


def test_a_shutdown_that_nobody_here_asked_for_is_called_that(made):
    made.answer(xmlrpc.client.Fault(6, "SHUTDOWN_STATE"))
    assert made.why() == "the daemon is shutting down though nobody here asked for it"


def test_an_end_that_nobody_here_asked_for_is_called_that(made):
    made.process.kill()
    made.answer(ConnectionRefusedError())
    assert made.why() == "the daemon ended with -9 though nobody here asked for it"


def test_a_daemon_that_runs_is_not_the_reason(made):
    made.answer({"statecode": 1, "statename": "RUNNING"})
    assert made.why() == ""


def test_our_own_stop_is_not_a_reason(made):
    with pytest.raises(Wrong, match="exit code is -15"):
        made.stop()
    made.answer(ConnectionRefusedError())
    assert made.why() == ""


def test_no_answer_is_called_that(made):
    made.answer(TimeoutError("timed out"))
    with pytest.raises(Wrong, match="signalProcess: the daemon runs, but does not answer within 120 s"):
        made.ask("supervisor.signalProcess", "a:b", "USR1")
    assert made.why() == ""
