/** What each node of a graph points to. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** Returns the cycles of a graph, each as the nodes that lead back to its first. One node is in one cycle at most. */
export function cyclesOf(graph: Graph): readonly (readonly string[])[] {
  const inCycle = new Set<string>();
  return [...graph.keys()].flatMap((start) => {
    if (inCycle.has(start)) return [];
    const cycle = shortestWayBack(start, graph);
    for (const node of cycle) inCycle.add(node);
    return cycle.length > 0 ? [cycle] : [];
  });
}

/** A breadth-first search. Empty where no way leads back. */
function shortestWayBack(start: string, graph: Graph): readonly string[] {
  const before = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) return wayTo(node, before);
      if (before.has(next)) continue;
      before.set(next, node);
      queue.push(next);
    }
  }
  return [];
}

function wayTo(node: string, before: ReadonlyMap<string, string>): readonly string[] {
  const previous = before.get(node);
  return previous === undefined ? [node] : [...wayTo(previous, before), node];
}
