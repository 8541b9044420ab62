"""Which results may go into the documentation, and their way there (--write-docs)."""

import os
import shlex

from harness import charts, documents, summary
from harness.refused import Refused

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCS = os.path.join(ROOT, "docs")
README = os.path.join(ROOT, "README.md")


def refuse_quick(words):
    """Raises Refused if the words of a command make a quick run."""
    if "--quick" in words:
        raise Refused("the numbers of --quick runs are not for the documentation: leave out --quick or --write-docs")


def refuse_unfit(result):
    """Raises Refused if numbers of an earlier run are not for the documentation."""
    refuse_quick(shlex.split(result["command"]))


def write(result, text):
    """Puts the tables and charts of one benchmark, and its rows of the README, in the place of the earlier ones."""
    directory = os.path.join(DOCS, "performance")
    os.makedirs(directory, exist_ok=True)
    pictures = charts.write_all(result, directory)
    text += "".join(f"\n![{title}](performance/{file})\n" for file, title in pictures.items())
    documents.write_into(os.path.join(DOCS, "performance.md"), result["benchmark"], text)
    with open(README, encoding="utf-8") as file:
        earlier = file.read()
    documents.write_into(README, "all", summary.markdown(result, earlier))
