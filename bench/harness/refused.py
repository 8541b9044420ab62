"""What is said, instead of measuring, to somebody who asks for what cannot be done."""


class Refused(Exception):
    """One sentence: what is in the way, and what to do. No benchmark has failed; the exit code is 2."""
