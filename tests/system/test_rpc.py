"""XML-RPC: who the daemon is, what it knows of its processes, and what is a call at all."""

import http.client
import time
import xmlrpc.client

import pytest

from harness import free_port
from rpc_fleet import fault, start_fleet, success


@pytest.fixture(scope="module")
def daemon(start_shared):
    return start_fleet(start_shared)


@pytest.fixture
def api(daemon):
    return daemon.rpc.supervisor


def test_identity(daemon, api):
    assert api.getAPIVersion() == api.getVersion() == "3.0"
    assert api.getSupervisorVersion() == "4.2.5"
    assert api.getIdentification() == "supervisor"
    assert api.getState() == {"statecode": 1, "statename": "RUNNING"}
    assert api.getPID() == daemon.pid


def test_the_identifier_is_configurable(start):
    assert start(supervisord={"identifier": "naïve <&>"}).rpc.supervisor.getIdentification() == "naïve <&>"


MEMBERS = [
    "name", "group", "start", "stop", "now", "state", "statename", "spawnerr", "exitstatus",
    "logfile", "stdout_logfile", "stderr_logfile", "pid", "description",
]  # fmt: skip


def test_process_info_has_every_member_in_order(daemon, api):
    info = api.getProcessInfo("cat")
    assert list(info) == MEMBERS
    assert info["logfile"] == info["stdout_logfile"] == f"{daemon.dir}/cat.out"
    assert 0 < info["start"] <= info["now"] and info["stop"] == 0
    assert (info["state"], info["statename"], info["spawnerr"], info["exitstatus"]) == (20, "RUNNING", "", 0)
    assert abs(info["now"] - time.time()) < 3600


def test_all_process_info_is_sorted_by_group_and_name(api):
    infos = api.getAllProcessInfo()
    names = [(info["group"], info["name"]) for info in infos]
    assert names == sorted(names) and len(names) == 9 and ("pair", "b") in names
    assert all(list(info) == MEMBERS for info in infos)


@pytest.mark.parametrize("name", ["nope", "pair", "pair:c", "a", "nope:cat", "cat:", "pair:*", "Cat", ""])
def test_an_unknown_name_is_a_bad_name(api, name):
    assert fault(api.getProcessInfo, name) == (10, f"BAD_NAME: {name}")


def test_unknown_methods_and_wrong_argument_counts(daemon, api):
    for name in ("supervisor.nope", "nope", "nope.getState", "supervisor.getState.x", "supervisor._update", "supervisor.API_VERSION"):
        assert fault(getattr(daemon.rpc, name)) == (1, "UNKNOWN_METHOD")
    assert fault(api.getState, 1) == (2, "INCORRECT_PARAMETERS")
    assert fault(api.startProcess) == (2, "INCORRECT_PARAMETERS")
    assert fault(api.startProcess, "a", True, 3) == (2, "INCORRECT_PARAMETERS")


METHODS = """getAPIVersion getAllConfigInfo getAllProcessInfo getIdentification getPID getProcessInfo getState getSupervisorVersion
getVersion readLog readMainLog readProcessLog readProcessStderrLog readProcessStdoutLog restart shutdown signalAllProcesses
signalProcess signalProcessGroup startAllProcesses startProcess startProcessGroup stopAllProcesses stopProcess
stopProcessGroup tailProcessLog tailProcessStderrLog tailProcessStdoutLog""".split()


def test_list_methods(daemon):
    found = daemon.rpc.system.listMethods()
    assert found == sorted(found)
    expected = {f"supervisor.{name}" for name in METHODS}
    expected |= {f"system.{name}" for name in ("listMethods", "methodHelp", "methodSignature", "multicall")}
    assert expected <= set(found)


def test_methods_describe_themselves(daemon):
    system = daemon.rpc.system
    assert system.methodSignature("supervisor.startProcess") == ["boolean", "string", "boolean"]
    assert system.methodSignature("supervisor.getAllProcessInfo") == ["array"]
    assert system.methodSignature("system.multicall") == ["array", "array"]
    assert fault(system.methodSignature, "nope.nope") == (4, "SIGNATURE_UNSUPPORTED")
    assert "@param string name" in system.methodHelp("supervisor.getProcessInfo")
    assert fault(system.methodHelp, "nope") == (4, "SIGNATURE_UNSUPPORTED")


def test_multicall_returns_bare_values(daemon, api):
    calls = [
        {"methodName": "supervisor.getPID", "params": []},
        {"methodName": "supervisor.getVersion"},
        {"methodName": "supervisor.nope", "params": []},
        {"methodName": "supervisor.getState", "params": [1]},
        {"methodName": "system.multicall", "params": [[]]},
        {"params": []},
        {"methodName": "supervisor.getProcessInfo", "params": ["nope"]},
        {"methodName": "supervisor.stopProcessGroup", "params": ["pair"]},
        {"methodName": "supervisor.startProcessGroup", "params": ["pair"]},
    ]
    answers = daemon.rpc.system.multicall(calls)
    assert answers[:7] == [
        daemon.pid,
        "3.0",
        {"faultCode": 1, "faultString": "UNKNOWN_METHOD"},
        {"faultCode": 2, "faultString": "INCORRECT_PARAMETERS"},
        {"faultCode": 2, "faultString": "INCORRECT_PARAMETERS: Recursive system.multicall forbidden"},
        {"faultCode": 2, "faultString": "INCORRECT_PARAMETERS: No methodName"},
        {"faultCode": 10, "faultString": "BAD_NAME: nope"},
    ]
    # One after the other: what is stopped first is there to be started next.
    assert len(answers[7]) == 2 and answers[8] == [success("b"), success("a")]
    assert daemon.rpc.system.multicall([]) == []


def test_tcp_and_unix_listeners_serve_the_same(daemon):
    tcp = xmlrpc.client.ServerProxy(f"http://127.0.0.1:{daemon.http_port}/RPC2")
    assert tcp.supervisor.getPID() == daemon.pid
    assert [i["name"] for i in tcp.supervisor.getAllProcessInfo()] == [
        i["name"] for i in daemon.rpc.supervisor.getAllProcessInfo()
    ]
    tcp("close")()


def post(port, body, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/RPC2", body, headers)
    answer = connection.getresponse()
    result = answer.status, answer.getheader("Content-Type"), answer.read()
    connection.close()
    return result


def test_the_answer_is_written_as_supervisor_writes_it(daemon):
    body = "<methodCall><methodName>supervisor.getVersion</methodName></methodCall>"
    expected = (
        b"<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n"
        b"<value><string>3.0</string></value>\n</param>\n</params>\n</methodResponse>\n"
    )
    assert post(daemon.http_port, body) == (200, "text/xml", expected)


@pytest.mark.parametrize("body", ["nonsense", "<methodCall/>", "<methodCall><methodName/></methodCall>", "<a><b></a>"])
def test_bodies_that_are_no_calls_are_bad_requests(daemon, body):
    assert post(daemon.http_port, body)[0] == 400
    assert daemon.rpc.supervisor.getState()["statecode"] == 1


def test_wrong_credentials_are_refused(start):
    text = "[inet_http_server]\nport=127.0.0.1:{}\nusername=me\npassword={}\n"
    secret = "{SHA}e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4"  # "secret"
    for password in ("secret", secret):
        port = free_port()
        daemon = start(text.format(port, password))
        good = xmlrpc.client.ServerProxy(f"http://me:secret@127.0.0.1:{port}/RPC2")
        assert good.supervisor.getPID() == daemon.pid
        for credentials in ("me:wrong@", "you:secret@", ""):
            bad = xmlrpc.client.ServerProxy(f"http://{credentials}127.0.0.1:{port}/RPC2")
            with pytest.raises(xmlrpc.client.ProtocolError) as caught:
                bad.supervisor.getPID()
            assert caught.value.errcode == 401
            bad("close")()
        good("close")()


def test_without_the_interface_section_only_system_methods_exist(start):
    daemon = start(
        "[supervisord]\nlogfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nchildlogdir=%(here)s\n"
        "[unix_http_server]\nfile=%(here)s/s.sock\n",
        standard=False,
    )
    assert fault(daemon.rpc.supervisor.getState) == (1, "UNKNOWN_METHOD")
    assert all(name.startswith("system.") for name in daemon.rpc.system.listMethods())
