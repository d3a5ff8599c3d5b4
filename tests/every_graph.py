"""Hold the partition engine against all plans on every graph of a list: `geng -c 9 | python tests/every_graph.py`.

Graphs are lines in the graph6 format, as nauty's generator writes them (McKay and Piperno 2014): 11,117 connected ones
of 8 vertices, 261,080 of 9. The suite does the same for all of up to 6 vertices.
"""

from __future__ import annotations

import sys

import networkx as nx
import numpy as np

from brute_force import differences
from connected_graphs import weighed


def main() -> None:
    """Go through the graphs of standard input; the first that is answered otherwise ends the run."""
    count = 0
    for count, line in enumerate(sys.stdin.buffer, start=1):
        graph = nx.from_graph6_bytes(line.strip())
        told = differences(weighed(len(graph), sorted(graph.edges), np.random.default_rng([len(graph), count])))
        if told:
            raise SystemExit(f"graph {count}, {line.decode().strip()}: {'; '.join(told)}")
        if count % 1000 == 0:
            sys.stderr.write(f"{count:,} graphs\n")
    sys.stdout.write(f"{count:,} graphs: each answer is the best of all plans\n")


if __name__ == "__main__":
    main()
