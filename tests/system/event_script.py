"""A child for the differential test of events: does what its lines of stdin say.

out TEXT, err TEXT print; capture TEXT prints between the tokens; raw HEX prints bytes; exit N ends.
"""

import sys

out, err = sys.stdout.buffer, sys.stderr.buffer
for line in sys.stdin:
    verb, _, text = line.rstrip("\n").partition(" ")
    if verb == "exit":
        sys.exit(int(text))
    elif verb == "capture":
        out.write(f"<!--XSUPERVISOR:BEGIN-->{text}<!--XSUPERVISOR:END-->{text} was captured and told\n".encode())
    elif verb == "raw":
        out.write(bytes.fromhex(text))
    else:
        (out if verb == "out" else err).write(f"{text}\n".encode())
    out.flush()
    err.flush()
