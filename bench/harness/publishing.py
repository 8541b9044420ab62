"""Which results may go into the documentation, and their way there (--write-docs)."""

import os
import shlex

from harness import charts, documents, machine, results, revision, summary
from harness.refused import Refused

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCS = os.path.join(ROOT, "docs")
ANYWAY = "--anyway"
README = os.path.join(ROOT, "README.md")


def refuse_quick(words):
    """Raises Refused if the words of a command make a quick run."""
    if "--quick" in words:
        raise Refused("the numbers of --quick runs are not for the documentation: leave out --quick or --write-docs")


def refuse_this_tree():
    """Raises Refused unless others can check out what is measured."""
    changed = revision.changed()
    if changed is None:
        raise Refused(f"git does not know what is measured: publish from a clone, or say {ANYWAY}")
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise Refused(f"the tree differs from the last commit ({changed[0]}{more}), so nobody else could make these "
                      f"numbers: commit first, or say {ANYWAY}")  # fmt: skip


def refuse_this_machine(described):
    """Raises Refused if it is busy; asked before it loads itself."""
    if machine.is_busy(described):
        raise Refused(f"the machine is busy (load average {described['load_at_start']:.2f}, at most half of its "
                      f"{described['cpus']} CPUs is allowed): wait a few minutes, or say {ANYWAY}")  # fmt: skip


def refuse_unfit(result, anyway):
    """Raises Refused if numbers of an earlier run are not for the documentation.

    How busy the machine was stands above the tables: in a file of `all` that may be the run's own doing.
    """
    refuse_quick(shlex.split(result["command"]))
    dirty = [f"{name} {text}" for name, text in result["versions"].items() if text.endswith("-dirty")]
    if dirty and not anyway:
        raise Refused(f"this was measured with {dirty[0]}, which nobody else has: measure again, or say {ANYWAY}")


def refuse_part(result):
    """Raises Refused if the run was cut short: tables that are missing now are still good in the documentation."""
    if any(sample["case"] == results.CUT_SHORT for sample in results.failures(result)):
        raise Refused("the run was cut short, so the documentation keeps its earlier tables: measure again")


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
