import { folderOf, isProduct, type Repository, type Violation } from '../model/repository.js';
import { resolveImport } from '../model/resolve-import.js';

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** No file, and no package, imports itself by way of others. Type imports count: they tie meanings together as well. */
export function checkCycles(repository: Repository): Violation[] {
  const files = fileGraph(repository);
  const delivered = new Map([...files].filter(([path]) => isProduct(path)));
  const say = (kind: string, cycle: readonly string[]): Violation => ({
    subject: cycle[0] ?? '',
    message: `${kind} import each other: ${[...cycle, cycle[0]].join(' -> ')}. Move what both need into a third one below them.`,
  });
  return [
    ...findCycles(files).map((cycle) => say('files', cycle)),
    ...findCycles(workspaceGraph(delivered)).map((cycle) => say('packages', cycle)),
  ];
}

function fileGraph(repository: Repository): Graph {
  return new Map(
    [...repository.sources.values()].map(({ path, imports }) => [
      path,
      new Set(imports.flatMap(({ specifier }) => resolveImport(repository, path, specifier) ?? [])),
    ]),
  );
}

function workspaceGraph(files: Graph): Graph {
  const graph = new Map<string, Set<string>>();
  for (const [path, targets] of files) {
    const from = folderOf(path);
    const edges = graph.get(from) ?? new Set();
    graph.set(from, edges);
    // Only what is delivered ties packages together: tests, also those beside a part, may import whom they like.
    for (const to of [...targets].map(folderOf)) if (to !== from && to !== '') edges.add(to);
  }
  return graph;
}

/** One shortest cycle of each knot of nodes that all reach each other, in a fixed order. */
function findCycles(graph: Graph): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  for (const start of [...graph.keys()].sort()) {
    if (done.has(start)) continue;
    const cycle = shortestCycle(graph, start);
    if (cycle === undefined) continue;
    cycles.push(cycle);
    for (const node of knotOf(graph, start)) done.add(node);
  }
  return cycles;
}

/** A breadth-first search from `start` back to it. */
function shortestCycle(graph: Graph, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (next === start) return pathTo(cameFrom, start, node);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return undefined;
}

function pathTo(cameFrom: ReadonlyMap<string, string>, start: string, end: string): string[] {
  const path = [end];
  for (let node = end; node !== start; path.unshift(node)) node = cameFrom.get(node) ?? start;
  return path;
}

function knotOf(graph: Graph, start: string): string[] {
  return [...reachable(graph, start)].filter((node) => reachable(graph, node).has(start));
}

function reachable(graph: Graph, start: string): Set<string> {
  const found = new Set<string>();
  const queue = [start];
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (found.has(next)) continue;
      found.add(next);
      queue.push(next);
    }
  }
  return found;
}
