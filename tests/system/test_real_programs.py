"""Debian's redis-server and nginx under a plain supervisord.conf."""

import http.client
import os
import re
import signal
import socket

import pytest

from harness import alive, eventually, free_port

pytestmark = pytest.mark.engine

NGINX = """
worker_processes 2;
daemon off;
pid nginx.pid;
error_log stderr notice;
events {{ worker_connections 64; }}
http {{
    access_log /dev/stdout combined;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 200 "served by nginx\\n"; }}
    }}
}}
"""

CONFIG = """
[program:redis]
command=/usr/bin/redis-server --port {port} --bind 127.0.0.1 --save "" --appendonly no --dir %(here)s
stdout_logfile=%(here)s/redis.log
redirect_stderr=true
priority=1

[program:nginx]
command=/usr/sbin/nginx -e stderr -p %(here)s -c nginx.conf
stdout_logfile=%(here)s/nginx.access
stderr_logfile=%(here)s/nginx.error
killasgroup=true
stopsignal=QUIT
priority=2

[group:real]
programs=redis,nginx
"""


def ping(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(100)


def get(port, path="/"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def quietly(function, *arguments):
    """The result, or None while nobody answers."""
    try:
        return function(*arguments)
    except (OSError, http.client.HTTPException):
        return None


class Fleet:
    def __init__(self, start):
        self.redis, self.web = free_port(), free_port()
        self.requests = 0
        self.daemon = start(
            CONFIG.format(port=self.redis), files={"nginx.conf": NGINX.format(port=self.web)}
        )

    def expect_service(self):
        eventually(lambda: quietly(ping, self.redis) == b"+PONG\r\n", "redis to answer PING")
        eventually(lambda: quietly(get, self.web) == (200, b"served by nginx\n"), "nginx to answer")

    def burst(self, count=200):
        for _ in range(count):
            assert get(self.web, f"/request-{self.requests}") == (200, b"served by nginx\n")
            self.requests += 1

    def expect_complete_output(self, redis_pids):
        def requests():
            return re.findall(r'(?m)^127\.0\.0\.1 .* "GET /request-(\d+) HTTP/1\.1" 200 ', self.daemon.read("nginx.access"))

        eventually(lambda: len(requests()) >= self.requests, "every request in the log of nginx")
        assert sorted(map(int, requests())) == list(range(self.requests))
        for pid in redis_pids:
            text = self.daemon.wait_file("redis.log", f"{pid}:M ")
            assert f"pid={pid}, just started" in text
        ready = re.compile(r"(?m)^\d+:M .* \* Ready to accept connections$")
        self.daemon.wait_file("redis.log", lambda text: len(ready.findall(text)) == len(redis_pids))


def test_redis_and_nginx_serve_die_and_come_back(start):
    fleet = Fleet(start)
    daemon = fleet.daemon
    fleet.expect_service()
    redis = [daemon.wait_state("real:redis", "RUNNING")["pid"]]
    nginx = daemon.wait_state("real:nginx", "RUNNING")["pid"]
    fleet.burst()
    fleet.expect_complete_output(redis)

    daemon.rpc.supervisor.signalProcess("real:redis", "KILL")
    redis.append(daemon.wait_new_pid("real:redis", redis[0])["pid"])
    os.killpg(nginx, signal.SIGKILL)  # the workers would go on listening
    again = daemon.wait_new_pid("real:nginx", nginx)["pid"]
    for name in ("redis", "nginx"):
        assert daemon.wait_log(f"exited: {name} (terminated by SIGKILL; not expected)").level == "WARN"
    fleet.expect_service()
    fleet.burst()
    fleet.expect_complete_output(redis)
    for pid in (nginx, again):
        daemon.wait_file("nginx.error", f"[notice] {pid}#{pid}: start worker processes\n")

    assert daemon.stop() == 0
    assert daemon.wait_log("stopped: nginx (exit status 0)").level == "INFO"
    assert daemon.wait_log("stopped: redis (exit status 0)").level == "INFO"
    assert not alive(again) and not alive(redis[1])
    assert "Redis is now ready to exit, bye bye..." in daemon.read("redis.log")
