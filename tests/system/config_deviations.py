"""Where ringmasterd may read a configuration differently from Debian's supervisord, and why.

The differential test accepts a difference only if an entry describes it: `applies` sees the case and
what both said. Each entry must be met by the fixed set of cases, so that none outlives its reason.
"""

import re
from typing import Callable, NamedTuple


class Deviation(NamedTuple):
    reason: str
    applies: Callable


def only_members_differ(reference, ours, allowed):
    """Both are content, and all differences are of the kind (member, reference's, ours)."""
    if not reference.info or not ours.info or len(reference.info) != len(ours.info):
        return False
    pairs = zip(reference.info, ours.info)
    return all(
        ref[key] == own[key] or allowed(key, ref[key], own[key]) for ref, own in pairs for key in ref
    )


def expands_environment_twice(_, reference, ours):
    said = reference.error or ""
    return bool(re.match(r"Format string 'A=.* for '(supervisord\.)?environment' (is badly formatted|contains names)", said))


def empty_log_name(_, reference, ours):
    return only_members_differ(reference, ours, lambda key, ref, own: key.endswith("_logfile") and (ref, own) == ("", "none"))


def unknown_member(_, reference, ours):
    unknown = re.compile(r"(?:Error: )?\[\S+\] names unknown program or fcgi-program (\S+)\n")
    theirs, own = unknown.match(reference.error or ""), unknown.match(ours.stderr)
    return theirs and own and theirs[1] == own[1] and own[0].startswith("Error: [group:")


def without_python(_, reference, ours):
    said = (reference.error or "").rstrip("\n")
    return " cannot be resolved within [" in said and ours.error.startswith(f"{said}: Python code cannot be loaded\n")


DEVIATIONS = [
    Deviation("4.2.5 expands [supervisord] environment= twice, so %% cannot be used; 4.4 repaired it", expands_environment_twice),
    Deviation("of an unknown member of a group Supervisor names the previous program's section; we name the group", unknown_member),
    Deviation("what cannot be loaded is said with a reason, as in 4.4", without_python),
    Deviation("an empty log file name means no log, and getAllConfigInfo says so", empty_log_name),
]
