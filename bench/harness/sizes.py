"""How many children fit: into the descriptors and processes that the machine allows, and into bearable time."""

from harness import machine

UP_TO = {"Supervisor": 5000, "circus": 1000, "pm2": 1000}  # beyond, it takes a quarter of an hour


def fit(children, streams, chosen, limit):
    """The fleet that every peer can hold within the descriptor limit: (children, streams)."""

    def needed(count, pipes):
        return max(peer.descriptors(count, pipes) for peer in chosen)

    for pipes in [streams] if streams else [2, 1]:
        if needed(children, pipes) <= limit:
            return children, pipes
    pipes = streams or 1
    while needed(children, pipes) > limit:
        children -= 50 if children > 50 else 1
    return children, pipes


def plan_sizes(bench, chosen, wanted, streams=None):
    """{children: streams}; says where the descriptor limit made the fleets smaller."""
    most = max(peer.descriptors(max(wanted), streams or 2) for peer in chosen)
    limit = machine.raise_descriptor_limit(most)
    sizes = {}
    for size in wanted:
        children, pipes = fit(size, streams, chosen, limit)
        sizes[children] = pipes
        if children != size:
            bench.note(f"{size:,} children do not fit into {limit:,} descriptors in every peer: "
                       f"{children:,} were used.")  # fmt: skip
        elif pipes == 1 and not streams:
            bench.note(f"{size:,} children with two logs each do not fit into {limit:,} "
                       "descriptors in every peer: they got one.")  # fmt: skip
    return sizes


def those_for(bench, chosen, children, at_once=False):
    """The peers that can hold so many children in bearable time, each alone or all at once."""
    able, room = [], machine.process_limit()
    for peer in chosen:
        needed = peer.processes(children)
        if children > UP_TO.get(peer.name, children):
            bench.note(f"{children:,} children: without {peer.name}, which takes too long.")
        elif needed > room:
            bench.note(f"{children:,} children: without {peer.name}, which takes "
                       f"{needed:,} processes; {room:,} are left.")  # fmt: skip
        else:
            able.append(peer)
            room -= needed if at_once else 0
    return able


def words_for(children, streams):
    """The heading of a fleet's tables."""
    kind = "stdout and stderr, a log each" if streams == 2 else "stdout with stderr, one log"
    return f"{children:,} children ({kind})"
