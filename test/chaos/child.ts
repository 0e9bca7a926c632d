/**
 * Runs the main job on the project in a folder and kills itself at a point: at the n-th event of a kind, which is told
 * as JSON. The parent looks at what is left.
 */
import { models } from '../../runner/commands/models.ts';
import type { RunEvent } from '../../runner/core/run-event.ts';
import type { KillPoint } from './kill.ts';

const [projectDir = '', pointText = '{}'] = process.argv.slice(2);
const point = JSON.parse(pointText) as KillPoint;

let seen = 0;
const report = (event: RunEvent): void => {
  if (!isAt(event)) return;
  seen++;
  if (seen === point.nth) process.kill(process.pid, 'SIGKILL');
};

function isAt(event: RunEvent): boolean {
  switch (point.at) {
    case 'statement':
      return event.type === 'statement';
    case 'load':
      return event.type === 'load progress';
    case 'test':
      return event.type === 'node started' && event.node.resourceType === 'test';
    default:
      return event.type === 'phase' && event.phase === point.at;
  }
}

if (point.at === 'time') setTimeout(() => process.kill(process.pid, 'SIGKILL'), point.nth);

const options = {
  projectDir,
  target: undefined,
  vars: {},
  env: process.env,
  select: [],
  exclude: [],
  fullRefresh: false,
  replaceDependents: false,
  threads: 4,
  wait: false,
  command: 'chaos',
};
const summary = await models(options, {
  now: () => new Date(),
  random: Math.random,
  report,
  signal: new AbortController().signal,
});
process.exitCode = summary.outcome === 'published' ? 0 : 1;
