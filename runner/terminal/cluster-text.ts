import { program } from '../core/version.ts';
import type { Step } from '../cluster/plan.ts';
import { dollarsPerHour, prices, snapshotDays } from '../cluster/price.ts';
import { shown } from '../cluster/resource.ts';
import type { ClusterEvent } from '../cluster/world.ts';
import type { RemovalPlan } from '../commands/cluster-down.ts';
import type { UpPlan } from '../commands/cluster-up.ts';
import type { ClusterStatus } from '../commands/cluster-status.ts';
import type { Cluster } from '../config/cluster.ts';
import { withoutIds } from '../config/secrets.ts';
import type { Removed } from '../cluster/down.ts';
import type { Style } from './style.ts';
import { secondsText } from './style.ts';
import { plainTable } from './table-text.ts';

const marks = { create: '+', change: '~', wake: '~', wait: '…', keep: '=' } as const;

/** What `cluster up` would do, a line for each thing and below it each setting that it concerns. */
export function upText({ steps, cluster, isDone }: UpPlan, style: Style): string {
  const tone = { create: style.green, change: style.yellow, wake: style.yellow, wait: style.cyan, keep: style.dim };
  const lines = steps.flatMap(({ action, resource, settings }) => [
    tone[action](`  ${marks[action]} ${action.padEnd(6)} ${shown(resource)}`),
    ...(action === 'wait' || action === 'keep' ? [] : settingLines(settings, style)),
  ]);
  const end = isDone ? ['', `nothing to do: ${cluster.name} is as ${program} wants it`] : [];
  return [`${style.bold(cluster.name)} in ${cluster.region}`, '', ...lines, '', priceText(cluster), ...end].join('\n');
}

function settingLines(settings: Step['settings'], style: Style): string[] {
  const width = Math.max(0, ...settings.map(({ setting }) => setting.length));
  return settings.map(({ setting, from, to }) => {
    const value = from === undefined ? to : `${from} ${style.dim('->')} ${to}`;
    return `             ${style.dim(setting.padEnd(width))}  ${value}`;
  });
}

/** What a cluster costs, as far as it is known, and where that comes from. */
export function priceText(cluster: Cluster): string {
  const dollars = dollarsPerHour(cluster);
  if (dollars === undefined) return 'price: not known here for this type of node; see aws.amazon.com/redshift/pricing';
  const source = `(list price of ${prices.region}, ${prices.asOf}; storage is charged besides)`;
  if (cluster.kind === 'provisioned')
    return `price: about ${dollarText(dollars)} an hour until it is paused or removed ${source}`;
  const { max_rpu: most, rpu_hours_a_day: hours } = cluster;
  const parts = [
    `price: about ${dollarText(dollars)} an hour while it answers, ${prices.leastSeconds} seconds at least, and nothing while it does not`,
    ...(most === undefined ? [] : [`up to ${dollarText(most * prices.dollarsPerRpuHour)} an hour at ${most} RPU`]),
    ...(hours === undefined ? [] : [`no more than ${dollarText(hours * prices.dollarsPerRpuHour)} a day`]),
  ];
  return `${parts.join('; ')}\n       ${source}`;
}

function dollarText(dollars: number): string {
  return `$${dollars.toFixed(2)}`;
}

/** What `cluster down` would remove. */
export function downText({ removed, left, snapshot, cluster }: RemovalPlan, style: Style): string {
  const lines = removed.map(({ resource }) => style.red(`  - remove ${shown(resource)}`));
  const kept = left.map((name) => style.dim(`  = leave  ${name}: it does not bear the tag of this cluster`));
  const holds = removed.some(({ resource: { kind } }) => kind === 'namespace' || kind === 'cluster');
  const fate =
    snapshot === undefined
      ? holds
        ? ['', style.bold('no snapshot is made: what the warehouse holds is lost')]
        : []
      : ['', `a last snapshot is made, ${snapshot}: it is kept, and paid for, for ${snapshotDays} days`];
  return [`${style.bold(cluster.name)} in ${cluster.region}`, '', ...lines, ...kept, ...fate].join('\n');
}

/** What happens while a cluster is worked on, as lines. */
export class ClusterLines {
  readonly #style: Style;
  #last = '';
  #toldAt = 0;

  constructor(style: Style) {
    this.#style = style;
  }

  /** The line that an event is worth, if any: a waiting is told when what AWS says changes, and every half a minute. */
  of(event: ClusterEvent): string | undefined {
    const { dim, green, yellow } = this.#style;
    switch (event.type) {
      case 'step':
        this.#last = '';
        return `${event.action.padEnd(6)} ${event.what}${event.why === '' ? '' : dim(`  ${event.why}`)}`;
      case 'done':
        return `${green('✔')}      ${event.what}`;
      case 'retry':
        return `${yellow('again:')} ${event.what}, attempt ${event.attempt}: ${event.reason}`;
      case 'waiting': {
        const said = `${event.what} ${event.said}`;
        if (said === this.#last && event.seconds - this.#toldAt < 30) return undefined;
        [this.#last, this.#toldAt] = [said, event.seconds];
        return dim(`       ${event.what}: ${event.said}, ${waitedText(event.seconds)}`);
      }
    }
  }
}

function waitedText(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : secondsText(seconds);
}

/** What is there no more: each of these was looked for once more, and not found. */
export function removedText({ gone, left, snapshot }: Removed & Pick<RemovalPlan, 'snapshot'>): string {
  if (gone.length === 0) return 'nothing of it is there';
  const kept = snapshot === undefined ? [] : [`  snapshot ${snapshot}, for ${snapshotDays} days`];
  const others = left.map((name) => `  ${name}, which is not ours`);
  const rest = [...kept, ...others];
  return [
    '',
    'looked for, and gone:',
    ...gone.map((name) => `  ${name}`),
    ...(rest.length === 0 ? ['nothing is left that bears its tag'] : ['left:', ...rest]),
  ].join('\n');
}

/** How a cluster is. The number of the account in its address is shown only if somebody asks for it. */
export function statusText(
  { cluster, things, address, dollarsToday, runs, notes }: ClusterStatus,
  style: Style,
  withAccount: boolean,
): string {
  const main = things.at(-1);
  const state = main?.found?.said ?? 'not there: sparkify-run cluster up makes it';
  const rows = [
    ['state', state],
    ...things.map(({ resource, found, isOurs }) => [
      resource.kind,
      found === undefined
        ? style.dim('not there')
        : isOurs
          ? resource.name
          : `${resource.name}, ${style.red('not ours')}`,
    ]),
    ['size', main?.found?.settings['size'] ?? 'none'],
    ['address', address === undefined ? 'none' : withAccount ? address : withoutIds(address)],
    ['price today', dollarsToday === undefined ? 'not known' : todayText(cluster, dollarsToday)],
  ];
  const lines = [`${style.bold(cluster.name)} in ${cluster.region}`, '', plainTable(rows), priceText(cluster)];
  const table = runs.map((run) => run.map((cell) => String(cell ?? '')));
  const last = table.length === 0 ? [] : ['', 'latest runs:', plainTable(table)];
  return [...lines, ...last, ...notes.map((note) => style.yellow(withoutIds(note)))].join('\n');
}

function todayText({ kind }: Cluster, dollars: number): string {
  const amount = `about ${dollarText(dollars)} since midnight UTC`;
  return kind === 'provisioned' ? `${amount}, less for what it was paused` : amount;
}
