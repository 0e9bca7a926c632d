import { createLogUpdate } from 'log-update';
import type { PlannedNode, Report, RunEvent } from '../core/run-event.ts';
import { RunLines } from './run-lines.ts';
import type { Output } from './terminal.ts';
import type { Style } from './style.ts';

/** How often a terminal is drawn anew. */
const frameMs = 120;

/** Shows a run on a terminal: a line for each finished node, and below them what is being worked on. */
export function screenReport(stream: Output, style: Style): { report: Report; close: () => void } {
  const lines = new RunLines(style);
  const live = createLogUpdate(stream);
  const running = new Map<string, { node: PlannedNode; since: number }>();
  const progress = new Map<string, RunEvent & { type: 'load progress' }>();

  const draw = (): void => {
    const shown = [...running.values()].filter(({ node }) => node.resourceType !== 'test');
    live(
      shown
        .map(({ node, since }) => lines.running(node, (performance.now() - since) / 1000, progress.get(node.uniqueId)))
        .join('\n'),
    );
  };
  const timer = setInterval(draw, frameMs);
  const report: Report = (event) => {
    if (event.type === 'node started') running.set(event.node.uniqueId, { node: event.node, since: performance.now() });
    if (event.type === 'node finished') running.delete(event.node.uniqueId);
    if (event.type === 'load progress') progress.set(event.uniqueId, event);
    const finished = lines.of(event);
    if (finished.length === 0) return;
    live.clear();
    stream.write(`${finished.join('\n')}\n`);
    draw();
  };
  const close = (): void => {
    clearInterval(timer);
    live.clear();
    live.done();
  };
  return { report, close };
}
