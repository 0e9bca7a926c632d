/**
 * A directed acyclic graph of names. Knows nothing of models: the project, the checks and the scheduler share it.
 * An edge goes from a node to one it depends on (its parent); all answers come in a fixed order.
 */
export interface Dag {
  readonly parents: ReadonlyMap<string, readonly string[]>;
  readonly children: ReadonlyMap<string, readonly string[]>;
}

/** The graph with the given parents of each node. Parents that are not nodes themselves are left out. */
export function dagOf(parentsOf: ReadonlyMap<string, Iterable<string>>): Dag {
  const names = [...parentsOf.keys()].sort();
  const children = new Map<string, string[]>();
  const parents = new Map<string, readonly string[]>();
  for (const name of names) children.set(name, []);
  for (const name of names) {
    const known: string[] = [];
    for (const parent of new Set(parentsOf.get(name))) {
      const siblings = children.get(parent);
      if (siblings === undefined) continue;
      siblings.push(name);
      known.push(parent);
    }
    parents.set(name, known.length > 1 ? known.sort() : known);
  }
  return { parents, children };
}

/**
 * Parents before children; among nodes that are ready at the same time, alphabetical order (Kahn 1962).
 * Nodes on or below a cycle are left out: look for those with `cycles`.
 */
export function topological(dag: Dag): string[] {
  const waitsFor = new Map<string, number>();
  let ready: string[] = [];
  for (const [name, parents] of dag.parents) {
    waitsFor.set(name, parents.length);
    if (parents.length === 0) ready.push(name);
  }
  const order: string[] = [];
  while (ready.length > 0) {
    const next: string[] = [];
    for (const name of ready) {
      order.push(name);
      for (const child of dag.children.get(name) ?? []) {
        const count = (waitsFor.get(child) ?? 0) - 1;
        waitsFor.set(child, count);
        if (count === 0) next.push(child);
      }
    }
    ready = next.sort();
  }
  return order;
}

/** One cycle for each knot of nodes that reach each other, as a path that ends where it began: `[a, b, a]`. */
export function cycles(dag: Dag): string[][] {
  const order = topological(dag);
  if (order.length === dag.parents.size) return [];
  const sorted = new Set(order);
  const left = [...dag.parents.keys()].filter((name) => !sorted.has(name));
  return knots(dag, left)
    .map((knot) => shortestCycle(dag, knot[0] ?? '', new Set(knot)))
    .filter((cycle) => cycle !== undefined);
}

/**
 * What can be reached from `roots`, each name after those that `next` leads to from it: a search, depth first. Without
 * recursion, since a path may be as long as the graph.
 */
export function postOrder(roots: readonly string[], next: (name: string) => readonly string[]): string[] {
  const order: string[] = [];
  const entered = new Set<string>();
  const stack = roots.toReversed().map((name) => ({ name, isDone: false }));
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (top.isDone) order.push(top.name);
    else if (!entered.has(top.name)) {
      entered.add(top.name);
      stack.push({ ...top, isDone: true });
      for (const name of next(top.name).toReversed()) stack.push({ name, isDone: false });
    }
  }
  return order;
}

/** The nodes above `names`, at most `depth` steps away; `names` themselves only where one is above another. */
export function ancestors(dag: Dag, names: Iterable<string>, depth = Infinity): Set<string> {
  return reach(dag.parents, names, depth);
}

/** The nodes below `names`, at most `depth` steps away. */
export function descendants(dag: Dag, names: Iterable<string>, depth = Infinity): Set<string> {
  return reach(dag.children, names, depth);
}

/** For each node the number of nodes on the longest path from it down to a leaf, itself included. */
export function heights(dag: Dag): Map<string, number> {
  const result = new Map<string, number>();
  for (const name of topological(dag).reverse()) {
    const below = (dag.children.get(name) ?? []).reduce((most, child) => Math.max(most, result.get(child) ?? 0), 0);
    result.set(name, 1 + below);
  }
  return result;
}

function reach(edges: ReadonlyMap<string, readonly string[]>, names: Iterable<string>, depth: number): Set<string> {
  const seen = new Set<string>();
  let frontier = [...names];
  for (let step = 0; step < depth && frontier.length > 0; step++) {
    const next: string[] = [];
    for (const name of frontier) {
      for (const other of edges.get(name) ?? []) {
        if (!seen.has(other)) {
          seen.add(other);
          next.push(other);
        }
      }
    }
    frontier = next;
  }
  return seen;
}

/** Breadth first along parents, so that the shortest of all cycles through `start` is the one shown. */
function shortestCycle(dag: Dag, start: string, within: ReadonlySet<string>): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const name of queue) {
    for (const parent of dag.parents.get(name) ?? []) {
      if (parent === start) return [...pathTo(name, cameFrom), start];
      if (!within.has(parent) || cameFrom.has(parent)) continue;
      cameFrom.set(parent, name);
      queue.push(parent);
    }
  }
  return undefined;
}

function pathTo(name: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path = [name];
  for (let at = cameFrom.get(name); at !== undefined; at = cameFrom.get(at)) path.push(at);
  return path.reverse();
}

/**
 * `names` in groups of those that reach each other, in the order of the first of each (Kosaraju: what is found last on
 * the way up is the first from which to go down).
 */
function knots(dag: Dag, names: readonly string[]): string[][] {
  const left = new Set(names);
  const wayUp = postOrder(names, (name) => (dag.parents.get(name) ?? []).filter((parent) => left.has(parent)));
  const found: string[][] = [];
  for (const start of wayUp.reverse()) {
    if (!left.delete(start)) continue;
    const knot = [start];
    // Grows while it is gone through.
    for (const name of knot) for (const child of dag.children.get(name) ?? []) if (left.delete(child)) knot.push(child);
    found.push(knot.sort());
  }
  return found.sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
}
