import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeBigProject } from './big-project.ts';
import type { Figure } from './measure.ts';
import { measure, median, nodeFloor, program } from './measure.ts';

/** Start-up, and validation of 100, 1,000 and 10,000 models: nothing remembered, all remembered, and one file changed. */
export async function benchValidate(work: string): Promise<Figure[]> {
  const floor = await nodeFloor();
  const help = await median(9, () => measure([program, '--help']));
  const project = join(import.meta.dirname, '..');
  const validateOwn = () => measure([program, 'validate', '--project-dir', project]);
  const ownCold = await median(9, validateOwn, () => forget(project));
  const own = await median(9, validateOwn);
  const figures: Figure[] = [
    { what: '`node -e 0`', seconds: floor.seconds, megabytes: floor.megabytes, limit: '', holds: true },
    startFigure('`sparkify-run --help`', help, floor.seconds, 3),
    startFigure('`sparkify-run validate` on this project, cold', ownCold, floor.seconds, 5),
    startFigure('`sparkify-run validate` on this project, warm', own, floor.seconds, 5),
  ];
  const limits = { 100: {}, 1000: { cold: 0.7 }, 10000: { cold: 3, warm: 1 } } as const;
  for (const models of [100, 1000, 10000] as const) {
    const dir = join(work, `big-${models}`);
    makeBigProject(dir, models);
    const run = () => measure([program, 'validate', '--project-dir', dir]);
    const limit: { cold?: number; warm?: number } = limits[models];
    const cold = await median(5, run, () => forget(dir));
    const warm = await median(5, run);
    const changed = await median(5, run, () => rmSync(join(dir, 'target', 'valid.json')));
    const name = models.toLocaleString('en-US');
    figures.push(timeFigure(`validate, ${name} models, cold`, cold, limit.cold));
    figures.push(timeFigure(`validate, ${name} models, something changed`, changed, undefined));
    figures.push(timeFigure(`validate, ${name} models, warm`, warm, limit.warm));
  }
  return figures;
}

/** Removes what earlier commands remembered of a project. */
function forget(dir: string): void {
  for (const name of ['valid.json', 'parse-cache.json']) rmSync(join(dir, 'target', name), { force: true });
}

type Result = Awaited<ReturnType<typeof measure>>;

function startFigure(what: string, { seconds, megabytes }: Result, floor: number, most: number): Figure {
  return {
    what,
    seconds,
    megabytes,
    ratio: seconds / floor,
    limit: `${most}x of node`,
    holds: seconds / floor <= most,
  };
}

function timeFigure(what: string, { seconds, megabytes }: Result, most: number | undefined): Figure {
  const holds = (most === undefined || seconds <= most) && megabytes <= 500;
  return { what, seconds, megabytes, limit: most === undefined ? '500 MB' : `${most} s, 500 MB`, holds };
}
