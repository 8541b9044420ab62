"""Which revision of the tree is measured, and whether it is one that somebody else can check out."""

import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
# Written by --write-docs itself, and no number depends on them.
WRITTEN = ["README.md", "docs/performance.md", "docs/performance/*.svg"]


def _git(words, directory):
    """What git prints; None if it cannot tell."""
    try:
        done = subprocess.run(["git", *words], cwd=directory, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.rstrip("\n") if done.returncode == 0 else None


def changed(directory=HERE):
    """The files that differ from the last commit, new ones included; None if git cannot tell."""
    others = [f":(top,exclude){path}" for path in WRITTEN]
    told = _git(["status", "--porcelain", "--", ":/", *others], directory)
    return None if told is None else [line[3:] for line in told.splitlines()]


def described(directory=HERE):
    """The name of the last commit, with "-dirty" if files differ from it."""
    name = _git(["describe", "--always", "--tags"], directory)
    if not name:
        return "of unknown revision"
    return f"{name}-dirty" if changed(directory) else name
