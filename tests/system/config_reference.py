"""What Debian's supervisord makes of configuration files, without the second that starting it takes.

A program for Debian's Python: reads directories line by line from stdin, and answers each with a line of
JSON, {"code", "stderr", "info"}. For every one a fork of this process, which has Supervisor's modules
loaded, reads the configuration as supervisord does at its start, and says what getAllConfigInfo would
answer before any group is active.
"""

import json
import os
import sys
import tempfile
import traceback

from supervisor.options import ServerOptions
from supervisor.rpcinterface import SupervisorNamespaceRPCInterface
from supervisor.supervisord import Supervisor


def read(directory):
    os.chdir(directory)
    sys.argv = ["supervisord", "-n", "-c", "supervisord.conf"]
    errors = tempfile.TemporaryFile("w+")
    os.dup2(errors.fileno(), 2)
    outcome = {"code": 0, "info": None}
    try:
        options = ServerOptions()
        options.realize(sys.argv[1:], doc="")
        outcome["info"] = SupervisorNamespaceRPCInterface(Supervisor(options)).getAllConfigInfo()
    except SystemExit as end:
        outcome["code"] = end.code
    except Exception:  # the daemon dies of what nobody catches
        outcome["code"] = 1
        traceback.print_exc()
    sys.stderr.flush()
    errors.seek(0)
    return {**outcome, "stderr": errors.read()}


def main():
    for line in sys.stdin:
        sys.stdout.flush()
        if os.fork() == 0:
            print(json.dumps(read(line.rstrip("\n")), default=str), flush=True)
            os._exit(0)
        os.wait()


main()
