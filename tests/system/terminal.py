"""A program on a terminal: what is typed, and what the screen shows.

The screen is pyte's, so that two programs that draw the same thing in different ways compare equal.
"""

import fcntl
import os
import pty
import signal
import subprocess
import termios

import pyte

from harness import eventually

COLUMNS, ROWS = 250, 200  # large enough that nothing is wrapped or scrolls away
CTRL_C, CTRL_D, TAB, UP, DOWN, LEFT = "\x03", "\x04", "\t", "\x1b[A", "\x1b[B", "\x1b[D"


class Terminal:
    """Runs `command` in a session of its own, whose controlling terminal this is."""

    def __init__(self, command, **options):
        self.ours, self.theirs = pty.openpty()
        termios.tcsetwinsize(self.theirs, (ROWS, COLUMNS))
        os.set_blocking(self.ours, False)
        self.settings = termios.tcgetattr(self.theirs)
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.entered_at = -1
        self.stream = pyte.ByteStream(self.screen)
        environment = {**os.environ, "TERM": "linux", "LC_ALL": "C.UTF-8", **options.pop("environment", {})}
        self.process = subprocess.Popen(
            command,
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            **options,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.theirs)
        self.hang_up()

    def hang_up(self):
        """Closes the terminal's window."""
        if self.ours is not None:
            os.close(self.ours)
        self.ours = None

    def type(self, keys):
        self.read()
        self.entered_at = self.screen.cursor.y if "\r" in keys else -1
        data = keys.encode()
        while data:
            data = data[os.write(self.ours, data) :]

    def read(self):
        """Draws what has arrived."""
        while True:
            try:
                self.stream.feed(os.read(self.ours, 65536))
            except BlockingIOError:
                return

    def text(self):
        """What the screen shows, without the blanks at the ends."""
        self.read()
        rows = max(self.screen.buffer, default=-1) + 1
        return "\n".join(self.row(y, COLUMNS).rstrip() for y in range(rows)).rstrip()

    def row(self, y, width):
        # Not the screen's `display`, which draws everything: that takes longer than most programs.
        cells = self.screen.buffer[y]
        return "".join(cells[x].data if x in cells else " " for x in range(width))

    def line(self):
        """The line up to the cursor."""
        self.read()
        return self.row(self.screen.cursor.y, self.screen.cursor.x)

    def wait_line(self, wanted):
        """Until the cursor stands behind exactly this text, below what was entered."""

        def there():
            return self.line() == wanted and self.screen.cursor.y > self.entered_at

        eventually(there, lambda: f"the line {wanted!r} on\n{self.text()}")

    def wait_text(self, wanted):
        eventually(lambda: wanted in self.text(), lambda: f"{wanted!r} on\n{self.text()}")

    def finish(self):
        """The screen and the exit status, when the program has ended by itself."""

        def ended():
            self.read()  # a program may wait for its output to be taken
            return self.process.poll() is not None

        eventually(ended, lambda: f"the end of the program on\n{self.text()}")
        return self.text(), self.process.returncode


    def is_as_found(self):
        """Whether the program left the terminal's settings alone."""
        return termios.tcgetattr(self.theirs) == self.settings
