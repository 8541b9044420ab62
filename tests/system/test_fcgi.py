"""FastCGI programs: one listening socket for all processes of a group, handed to them as stdin."""

import contextlib
import http.client
import os
import pathlib
import pwd
import re
import socket
import stat
import xmlrpc.client

import pytest

from harness import eventually, free_port

CHILD = f"/usr/bin/python3 {pathlib.Path(__file__).with_name('fcgi_child.py')}"
SECTION = f"[fcgi-program:f]\ncommand={CHILD}\nstartsecs=0\n"

NGINX = """
daemon off;
pid nginx.pid;
error_log stderr notice;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            include /etc/nginx/fastcgi_params;
            fastcgi_param SCRIPT_FILENAME $document_root/hello.sh;
            fastcgi_pass unix:cgi.sock;
            root .;
        }}
    }}
}}
"""

HELLO = """#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\nserved as %s' "$REQUEST_URI"
"""


@contextlib.contextmanager
def connected(address):
    """A client and the pid of the child that serves it."""
    with socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET) as client:
        client.settimeout(30)
        client.connect(address)
        yield int(client.makefile().readline())


def refused(address):
    with socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET) as client:
        return client.connect_ex(address) != 0


def socket_lines(daemon):
    return [text for text in daemon.messages() if re.match(r"(Creating|Closing) socket|spawned|stopped", text)]


def masked_socket_lines(daemon):
    return [re.sub(r"pid \d+", "pid N", text) for text in socket_lines(daemon)]


def test_the_processes_of_a_group_share_one_socket(start):
    daemon = start(
        SECTION + "socket=unix://%(here)s/f.sock\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)d\n"
    )
    path = str(daemon.dir / "f.sock")
    infos = daemon.wait_all("RUNNING")
    # Each serves one client at a time: two at once have different ones.
    with connected(path) as first, connected(path) as second:
        assert {first, second} == {info["pid"] for info in infos}
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o700


def test_the_socket_is_open_from_the_first_start_to_the_last_stop(start):
    daemon = start(SECTION + "socket=unix://%(here)s/f.sock\n")
    path = str(daemon.dir / "f.sock")
    daemon.wait_all("RUNNING")
    with connected(path) as pid:
        assert pid == daemon.info("f")["pid"]
    daemon.rpc.supervisor.stopProcess("f")
    eventually(lambda: refused(path), "the socket to be closed")
    daemon.rpc.supervisor.startProcess("f")
    with connected(path) as again:
        assert again == daemon.info("f")["pid"]
    url = f"unix://{path}"
    assert masked_socket_lines(daemon) == [
        f"Creating socket {url}",
        f"Closing socket {url}",
        f"Creating socket {url}",
        "spawned: 'f' with pid N",
        "stopped: f (terminated by SIGTERM)",
        f"Closing socket {url}",
        f"Creating socket {url}",
        "spawned: 'f' with pid N",
    ]


def test_a_restart_of_one_process_leaves_the_socket_open(start):
    daemon = start(
        SECTION + "socket=unix://%(here)s/f.sock\nnumprocs=2\nprocess_name=%(program_name)s_%(process_num)d\n"
    )
    path = str(daemon.dir / "f.sock")
    daemon.wait_all("RUNNING")
    inode = os.stat(path).st_ino
    daemon.rpc.supervisor.stopProcess("f:f_0")
    with connected(path) as pid:
        assert pid == daemon.info("f:f_1")["pid"]
    daemon.rpc.supervisor.startProcess("f:f_0")
    assert os.stat(path).st_ino == inode
    assert daemon.count_log("^Creating socket") == 2, daemon.log()


def test_tcp(start):
    port = free_port()
    daemon = start(SECTION + f"socket=tcp://127.0.0.1:{port}\nsocket_backlog=5\n")
    daemon.wait_all("RUNNING")
    with connected(("127.0.0.1", port)) as pid:
        assert pid == daemon.info("f")["pid"]
    daemon.rpc.supervisor.stopProcess("f")
    eventually(lambda: refused(("127.0.0.1", port)), "the socket to be closed")


def test_owner_and_mode(start):
    nobody = pwd.getpwnam("nobody")
    daemon = start(SECTION + "socket=unix://%(here)s/f.sock\nsocket_owner=nobody\nsocket_mode=0640\n")
    daemon.wait_all("RUNNING")
    found = os.stat(daemon.dir / "f.sock")
    assert (found.st_uid, stat.S_IMODE(found.st_mode)) == (nobody.pw_uid, 0o640)


def test_there_is_no_stdin_to_send_to(start):
    daemon = start(SECTION + "socket=unix://%(here)s/f.sock\n")
    daemon.wait_all("RUNNING")
    with pytest.raises(xmlrpc.client.Fault) as fault:
        daemon.rpc.supervisor.sendProcessStdin("f", "x")
    assert (fault.value.faultCode, fault.value.faultString) == (20, "NO_FILE: f")


@pytest.mark.parametrize("autostart", ["true", "false"])
def test_a_socket_that_cannot_be_made_stops_the_start(start, autostart):
    daemon = start(SECTION + f"socket=unix:///nonexistent/f.sock\nautostart={autostart}\n", wait=False)
    assert daemon.wait_exit() != 0
    expected = "Could not create FastCGI socket unix:///nonexistent/f.sock: [Errno 2] No such file or directory"
    assert expected in daemon.stderr()


@pytest.mark.ours_only
def test_a_socket_that_cannot_be_made_later_is_a_failed_start(start):
    daemon = start(
        SECTION + "socket=unix://%(here)s/sub/f.sock\nautostart=false\n[program:cat]\ncommand=/bin/cat\n",
        files={"sub": None},
    )
    (daemon.dir / "sub" / "f.sock").unlink()
    (daemon.dir / "sub").rmdir()
    with pytest.raises(xmlrpc.client.Fault) as fault:
        daemon.rpc.supervisor.startProcess("f")
    assert (fault.value.faultCode, fault.value.faultString) == (50, "SPAWN_ERROR: f")
    why = "No such file or directory"
    assert daemon.info("f")["spawnerr"] == (
        f"Could not create FastCGI socket unix://{daemon.dir}/sub/f.sock: [Errno 2] {why}"
    )
    assert daemon.wait_state("cat", "RUNNING")


@pytest.mark.ours_only
def test_programs_in_a_group_have_their_socket_too(start):
    daemon = start(SECTION + "socket=unix://%(here)s/f.sock\n[group:g]\nprograms=f\n")
    daemon.wait_all("RUNNING")
    with connected(str(daemon.dir / "f.sock")) as pid:
        assert pid == daemon.info("g:f")["pid"]


@pytest.mark.ours_only
def test_a_file_that_is_no_socket_is_not_replaced(start):
    daemon = start(SECTION + "socket=unix://%(here)s/f.sock\n", files={"f.sock": "precious"}, wait=False)
    assert daemon.wait_exit() != 0
    assert daemon.read("f.sock") == "precious"


def test_fcgiwrap_behind_nginx(start):
    port = free_port()
    daemon = start(
        "[fcgi-program:wrap]\ncommand=/usr/sbin/fcgiwrap\nsocket=unix://%(here)s/cgi.sock\nsocket_mode=0777\n"
        "numprocs=3\nprocess_name=%(program_name)s_%(process_num)d\nstartsecs=0\n"
        "[program:nginx]\ncommand=/usr/sbin/nginx -e stderr -p %(here)s -c nginx.conf\nstartsecs=0\n"
        "redirect_stderr=true\nstopsignal=QUIT\nkillasgroup=true\n",
        files={"hello.sh": HELLO, "nginx.conf": NGINX.format(port=port)},
    )

    def get(path):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        except OSError:
            return ""

    eventually(lambda: get("/first") == "served as /first", lambda: f"nginx: {get('/first')!r}")
    daemon.rpc.supervisor.stopProcess("wrap:wrap_0")
    assert get("/second") == "served as /second"
