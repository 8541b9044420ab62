"""An event listener for the system tests, on Debian's unmodified supervisor.childutils.

event_recorder.py FILE: appends the headers and the payload of each event to FILE, as a line of JSON,
and accepts it.
"""

import json
import sys

from supervisor import childutils

with open(sys.argv[1], "a") as record:
    while True:
        headers, payload = childutils.listener.wait(sys.stdin, sys.stdout)
        record.write(json.dumps([headers, payload]) + "\n")
        record.flush()
        childutils.listener.ok(sys.stdout)
