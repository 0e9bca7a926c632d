import { createInterface } from 'node:readline/promises';
import { setTimeout } from 'node:timers/promises';
import type { World } from '../../cluster/world.ts';
import type { ClusterOptions } from '../../commands/open-cluster.ts';
import type { Paused } from '../../commands/cluster-pause.ts';
import { FaultError } from '../../core/fault.ts';
import type { Terminal } from '../terminal.ts';
import { printResult } from '../terminal.ts';
import type { Arguments, Verb, VerbGroup } from '../verb.ts';
import { flag, projectOptions, text } from '../verb.ts';

const projectDir = { 'project-dir': projectOptions['project-dir'] };
const agreement = {
  yes: { type: 'boolean', default: false, alias: 'y', describe: 'do it without asking' },
  'dry-run': { type: 'boolean', default: false, describe: 'print the plan, and do nothing' },
} as const;

const upVerb: Verb = {
  name: 'up',
  describe: 'make the cluster that dwh.yaml describes, or what of it differs',
  options: {
    ...agreement,
    'i-know': { type: 'boolean', default: false, describe: 'allow_from may let the whole world in' },
    ...projectDir,
  },
  examples: [
    ['sparkify-run cluster up', 'see the plan and its price, and agree to it'],
    ['sparkify-run cluster up --dry-run', 'see it only'],
  ],
  run: (args, terminal) =>
    onCluster(args, terminal, async (options, world) => {
      const { clusterUp } = await import('../../commands/cluster-up.ts');
      const { upText } = await import('../cluster-text.ts');
      let next = '';
      const isUp = await clusterUp({ ...options, iKnow: flag(args, 'i-know') }, world, async (plan) => {
        printResult(terminal, upText(plan, terminal.style));
        next = plan.targets[0] ?? '… (of a target that names it)';
        return !plan.isDone && agreed(args, terminal, 'make this?');
      });
      if (isUp) printResult(terminal, `\nit is up; to load it: sparkify-run models --target ${next}`);
      return isUp || flag(args, 'dry-run') ? 0 : 2;
    }),
};

const downVerb: Verb = {
  name: 'down',
  describe: 'remove the cluster and all that was made for it',
  options: {
    ...agreement,
    snapshot: { type: 'boolean', default: true, describe: 'keep a last snapshot; --no-snapshot to keep nothing' },
    'drop-foreign': { type: 'boolean', default: false, describe: 'what others have made in it may be lost' },
    ...projectDir,
  },
  examples: [
    ['sparkify-run cluster down', 'see what goes, and agree to it'],
    ['sparkify-run cluster down --no-snapshot --yes', 'leave nothing behind that costs anything'],
  ],
  run: (args, terminal) =>
    onCluster(args, terminal, async (options, world) => {
      const { clusterDown } = await import('../../commands/cluster-down.ts');
      const { downText, removedText } = await import('../cluster-text.ts');
      const how = { snapshot: flag(args, 'snapshot'), dropForeign: flag(args, 'drop-foreign') };
      const removed = await clusterDown({ ...options, ...how }, world, (plan) => {
        printResult(terminal, downText(plan, terminal.style));
        return plan.removed.length === 0 ? Promise.resolve(true) : agreed(args, terminal, 'remove this?');
      });
      if (removed !== undefined) printResult(terminal, removedText(removed));
      return removed !== undefined || flag(args, 'dry-run') ? 0 : 2;
    }),
};

const statusVerb: Verb = {
  name: 'status',
  describe: 'how the cluster is, what it costs today, and the latest runs',
  options: {
    query: {
      type: 'boolean',
      default: true,
      describe: 'ask the warehouse as well, which wakes a serverless one; --no-query not to',
    },
    'show-account': { type: 'boolean', default: false, describe: 'print the address with the number of the account' },
    ...projectDir,
  },
  examples: [['sparkify-run cluster status', 'state, address, size, price and runs']],
  run: (args, terminal) =>
    onCluster(args, terminal, async (options, world) => {
      const { clusterStatus } = await import('../../commands/cluster-status.ts');
      const { statusText } = await import('../cluster-text.ts');
      const status = await clusterStatus({ ...options, query: flag(args, 'query') }, world);
      printResult(terminal, statusText(status, terminal.style, flag(args, 'show-account')));
      return 0;
    }),
};

const pauseVerb: Verb = {
  name: 'pause',
  describe: 'put a provisioned cluster to sleep: only its storage is paid for then',
  options: projectDir,
  examples: [['sparkify-run cluster pause', 'a serverless one does that by itself']],
  run: (args, terminal) =>
    onCluster(args, terminal, async (options, world) => {
      const { pauseCluster } = await import('../../commands/cluster-pause.ts');
      return printPaused(await pauseCluster(options, world), 'paused', terminal);
    }),
};

const resumeVerb: Verb = {
  name: 'resume',
  describe: 'wake a provisioned cluster',
  options: projectDir,
  examples: [['sparkify-run cluster resume', 'and wait until it answers']],
  run: (args, terminal) =>
    onCluster(args, terminal, async (options, world) => {
      const { resumeCluster } = await import('../../commands/cluster-pause.ts');
      return printPaused(await resumeCluster(options, world), 'running', terminal);
    }),
};

export const clusterVerb: VerbGroup = {
  name: 'cluster',
  describe: 'a Redshift warehouse and its role: make, look at, pause, remove',
  verbs: [upVerb, statusVerb, pauseVerb, resumeVerb, downVerb],
};

function printPaused(paused: Paused, state: string, terminal: Terminal): number {
  const told = {
    done: `it is ${state}`,
    'was so already': `it is ${state} already`,
    'by itself': 'a serverless cluster sleeps and wakes by itself, and costs nothing for computing while it sleeps',
  };
  printResult(terminal, told[paused]);
  return 0;
}

/** How long to wait before a call is made again. */
const retryDelayMs = 500;

async function onCluster(
  args: Arguments,
  terminal: Terminal,
  work: (options: ClusterOptions, world: World) => Promise<number>,
): Promise<number> {
  const { ClusterLines } = await import('../cluster-text.ts');
  const lines = new ClusterLines(terminal.errorStyle);
  const { now, signal } = terminal;
  const world: World = {
    now,
    signal,
    retryDelayMs,
    // The signal ends the waiting, and whoever waited sees it.
    pause: (ms) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
    report(event) {
      const line = lines.of(event);
      if (line !== undefined) terminal.stderr.write(`${line}\n`);
    },
  };
  try {
    return await work({ projectDir: text(args, 'project-dir') ?? '.', env: terminal.env }, world);
  } catch (error) {
    if (!(error instanceof FaultError) || !signal.aborted) throw error;
    const { message, hint } = error.faults[0] ?? { message: 'stopped', hint: undefined };
    terminal.stderr.write(`\n${message}${hint === undefined ? '' : `\n  ${hint}`}\n`);
    return 130;
  }
}

/** Whether to go on: said on the command line, or asked of whoever sits there. Throws a FaultError when nobody does. */
async function agreed(args: Arguments, terminal: Terminal, question: string): Promise<boolean> {
  if (flag(args, 'dry-run')) return false;
  if (flag(args, 'yes')) return true;
  const { stdin } = process;
  if (!stdin.isTTY || !terminal.stderr.isTTY)
    throw new FaultError({
      code: 'cluster-unconfirmed',
      message: 'nobody is there to agree to this',
      hint: '--yes agrees, --dry-run only looks',
    });
  const lines = createInterface({ input: stdin, output: terminal.stderr });
  // Ctrl-C and the end of the input are no answer: then nothing is done.
  const noAnswer = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([lines.question(`\n${question} [y/N] `), noAnswer]);
    const isAgreed = /^y(?:es)?$/i.test(answer.trim());
    if (!isAgreed) terminal.stderr.write('\nnothing was done\n');
    return isAgreed;
  } finally {
    lines.close();
  }
}
