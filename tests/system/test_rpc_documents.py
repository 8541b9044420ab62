"""Documents that no ordinary client writes, sent to our daemon and to Debian's: the same answers."""

import pytest

from harness import Daemon, UnixConnection

pytestmark = pytest.mark.ours_only  # it runs Debian's daemon itself

TALKER = """
[program:talker]
command=/bin/sh -c 'printf 0123456789abcdef; exec cat'
stdout_logfile=%(here)s/talker.out
"""
VERSION = "<methodName>supervisor.getVersion</methodName>"
STATE = "<methodName>supervisor.getState</methodName>"
DOUBLES = """1_0 1__0 _1 1_ 1._5 1_.5 1.5_5 1e1_0 1. .5 . +2 +-2 1e 0x1 1d5 nan(1) infinit 1e400 -1e400 1e-400 inf -Infinity NaN""".split()


def read_from(number):
    return (
        "<m><methodName>supervisor.readProcessStdoutLog</methodName><params><param><value>talker</value></param>"
        f"<param><value><double>{number}</double></value></param><param><value><int>0</int></value></param></params></m>"
    )


def info(*names):
    lists = "".join(f"<params><param><value>{name}</value></param></params>" for name in names)
    return f"<m><methodName>supervisor.getProcessInfo</methodName>{lists}</m>"


DOCUMENTS = [
    f"<m>{STATE}{VERSION}</m>", f"<m>{STATE}<params/>{VERSION}</m>", f"<m>{VERSION}<methodName/></m>",
    info("one", "two"), f"<m><params/>{VERSION}</m>",
    f"<m>{VERSION}<methodName>&nope;</methodName></m>", f"<m>{VERSION}<params><param/></params><params/></m>",
    f"<m>{VERSION}</m >", f"<?xml version='1.0'?>\n<!-- a -->\n<m>{VERSION}</m>\n<!-- b -->",
    f"<m a='1' a='2'>{VERSION}</m>", f"<m a='&nope;'>{VERSION}</m>", f"<m a='<'>{VERSION}</m>", f"<m>&{VERSION}</m>",
    f"<m>{VERSION}&#0;</m>", f"<m>]]>{VERSION}</m>", f"<m><!-- a -- b -->{VERSION}</m>", f"<!-- a ---><m>{VERSION}</m>",
    f"<m a='1' b='&lt;&#33;'>&amp;]]&gt;<![CDATA[&]]>{VERSION}<!-- - & < --><?pi -- & ?></m>",
    *map(read_from, DOUBLES),
]  # fmt: skip


@pytest.fixture(scope="module")
def connections(setup):
    """A connection to each daemon."""
    daemons = {}
    try:
        for kind in ("supervisord", "ringmasterd"):
            daemons[kind] = Daemon(setup, TALKER, kind=kind)
            daemons[kind].start()
            daemons[kind].wait_file("talker.out", "f")
        yield [UnixConnection(daemon.socket) for daemon in daemons.values()]
    finally:
        for daemon in daemons.values():
            daemon.close()


def answer(connection, body):
    connection.request("POST", "/RPC2", body.encode(), {"Content-Type": "text/xml"})
    response = connection.getresponse()
    document = response.read().decode()
    return response.status, document if response.status == 200 else ""


@pytest.mark.parametrize("body", DOCUMENTS)
def test_a_document_is_the_same_call(connections, body):
    expected, found = (answer(connection, body) for connection in connections)
    if expected[0] == 500:  # an argument that is no integer: fault 2 is the better answer
        assert found[0] == 200 and "INCORRECT_PARAMETERS" in found[1]
    else:
        assert found == expected
