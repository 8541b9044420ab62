"""A child program for the system tests: child.py

Prints "ready", then the name of each signal it gets; ends with 0 on every signal but SIGHUP.
"""

import signal
import sys
import time


def on_signal(number, _frame):
    print(signal.Signals(number).name, flush=True)
    if number != signal.SIGHUP:
        sys.exit(0)


for handled in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
    signal.signal(handled, on_signal)
print("ready", flush=True)
while True:  # a signal between two steps of Python waits for the next step
    time.sleep(0.05)
