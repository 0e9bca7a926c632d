import type { ChildProcess } from 'node:child_process';
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import type { Entry, FuzzCase } from './fuzz-case.ts';
import { soundProject } from './project.ts';

/** A command line for the child. */
export interface CommandOrder {
  readonly dir: string;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** How a command line ended: with an exit code, or by what it threw. */
export interface CommandEnd {
  readonly code: number | undefined;
  readonly bug: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Of all threads of the process. */
  readonly cpuSeconds: number;
}

export type Outcome =
  | ({ readonly kind: 'ended' } & CommandEnd)
  /** The process is gone: `said` is what it wrote. */
  | { readonly kind: 'crashed'; readonly said: string }
  | { readonly kind: 'late'; readonly endsOnSigterm: boolean };

/** Plays cases in a process of its own, which is started again when a case was its end. */
export class Player {
  readonly #limitMs: number;
  #child: ChildProcess | undefined;
  #said = '';

  /** `limitMs`: how long a command may take. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Runs the commands of a case, in order, up to the first that does not come to an end. */
  async play({ changes, commands }: FuzzCase): Promise<Outcome[]> {
    const dir = mkdtempSync(join(tmpdir(), 'sparkify-fuzz-'));
    try {
      layOut(dir, changes);
      const outcomes: Outcome[] = [];
      for (const words of commands) {
        const outcome = await this.#run({ dir, words, env: { SHOP_PASSWORD: 'no-secret-in-output' } });
        outcomes.push(outcome);
        if (outcome.kind !== 'ended') break;
      }
      return outcomes;
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  async #run(order: CommandOrder): Promise<Outcome> {
    const child = (this.#child ??= this.#start());
    const stop = new AbortController();
    child.send(order);
    try {
      const signal = stop.signal;
      const ended = once(child, 'message', { signal }).then(([end]) => ({ kind: 'ended', ...(end as CommandEnd) }) as const);
      const crashed = once(child, 'exit', { signal }).then(() => ({ kind: 'crashed', said: this.#said }) as const);
      const late = passed(this.#limitMs, { kind: 'late' } as const, { signal });
      const first = await Promise.race([ended, crashed, late]);
      if (first.kind === 'ended') return first;
      if (first.kind === 'late') {
        child.kill('SIGTERM');
        const endsOnSigterm = (await Promise.race([ended, crashed, passed(2000, undefined, { signal })])) !== undefined;
        this.close();
        return { kind: 'late', endsOnSigterm };
      }
      this.#child = undefined;
      return first;
    } finally {
      stop.abort();
    }
  } // prettier-ignore

  #start(): ChildProcess {
    const child = fork(join(import.meta.dirname, 'child.ts'), [], {
      execArgv: ['--import', import.meta.resolve('tsx')],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.#said = '';
    child.stderr?.on('data', (chunk: Buffer) => (this.#said += String(chunk)));
    return child;
  }
}

function layOut(dir: string, changes: FuzzCase['changes']): void {
  const sound = Object.entries(soundProject).map(([path, text]) => [path, { kind: 'text', text }] as const);
  for (const [path, entry] of new Map<string, Entry>([...sound, ...Object.entries(changes)])) {
    try {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      lay(join(dir, path), entry);
    } catch (error) {
      // Two changes may not fit together, such as a folder that is a file in the other: the first of them counts.
      if (!(error instanceof Error && 'code' in error && collisions.has(error.code))) throw error;
    }
  }
}

const collisions: ReadonlySet<unknown> = new Set(['EEXIST', 'EISDIR', 'ELOOP', 'ENOTDIR', 'ENXIO']);

function lay(path: string, entry: Entry): void {
  switch (entry.kind) {
    case 'text':
      return writeFileSync(path, entry.text);
    case 'bytes':
      return writeFileSync(path, entry.bytes);
    case 'folder':
      return void mkdirSync(path, { recursive: true });
    case 'pipe':
      if (!existsSync(path)) execFileSync('mkfifo', [path]);
      return;
    case 'loop':
      return symlinkSync(path, path);
    case 'device':
      return symlinkSync('/dev/zero', path);
    case 'absent':
      return;
  }
}
