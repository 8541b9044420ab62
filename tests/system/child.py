"""A child program for the system tests: child.py

Prints "ready", then the name of each signal it gets; ends with 0 on every signal but SIGHUP.
"""

import signal

HANDLED = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2}

# Blocked, and taken one by one: a handler of Python's may wait for the next step of a program that waits.
signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)
print("ready", flush=True)
number = signal.SIGHUP
while number == signal.SIGHUP:
    number = signal.sigwait(HANDLED)
    print(signal.Signals(number).name, flush=True)
