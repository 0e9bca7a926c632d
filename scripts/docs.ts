/**
 * Writes what the documentation takes from the program itself: npm run docs. With --check it writes nothing and fails
 * when something would differ, which is what CI runs.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { logEventSchema } from '../runner/artifacts/log-event.ts';
import { commandLine } from '../runner/cli.ts';
import { graph } from '../runner/commands/list.ts';
import { faultCodes } from '../runner/core/fault.ts';
import { graphText } from '../runner/terminal/graph-text.ts';
import { verbs } from '../runner/terminal/verbs.ts';
import { conformanceTable } from '../test/adapters/conformance.ts';

const root = join(import.meta.dirname, '..');
const project = { projectDir: root, target: undefined, vars: {}, env: {}, select: [], exclude: [] };

const documents: Readonly<Record<string, string>> = {
  'docs/usage.md': await usage(),
  'docs/faults.md': faults(),
  'docs/log-events.schema.json': `${JSON.stringify(z.toJSONSchema(logEventSchema, { io: 'input' }), undefined, 2)}\n`,
  'docs/targets.md': between('docs/targets.md', 'conformance', conformanceTable()),
  'README.md': between('README.md', 'graph', `\`\`\`mermaid\n${graphText(await graph(project), 'mermaid')}\n\`\`\``),
};

const differing = Object.entries(documents).filter(
  ([file, text]) => !existsSync(join(root, file)) || readFileSync(join(root, file), 'utf8') !== text,
);
if (process.argv.includes('--check')) {
  for (const [file] of differing) console.error(`${file} is not what the program says: npm run docs`);
  process.exitCode = differing.length === 0 ? 0 : 1;
} else {
  for (const [file, text] of differing) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    console.log(`wrote ${file}`);
  }
}

async function usage(): Promise<string> {
  const parts = [
    `# Usage\n\nThe help of every command, as \`sparkify-run <command> --help\` prints it.\n\n\`\`\`text\n${await help([])}\n\`\`\``,
  ];
  const all = verbs.flatMap((verb) =>
    'run' in verb ? [[verb.name]] : verb.verbs.map(({ name }) => [verb.name, name]),
  );
  for (const words of all) parts.push(`## ${words.join(' ')}\n\n\`\`\`text\n${await help(words)}\n\`\`\``);
  return `${parts.join('\n\n')}\n`;
}

function help(words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    void commandLine(() => undefined).parse([...words, '--help'], {}, (_error, _args, output) =>
      resolve(output.trim().replaceAll(/ +$/gm, '')),
    );
  });
}

function faults(): string {
  const rows = Object.entries(faultCodes).map(([code, sentence]) => `| \`${code}\` | ${sentence} |`);
  return `# Faults\n\nWhat can be mended is told with a code, a sentence, a place and a hint: \`error[code]: …\`. Codes are stable.\nAnything else is a bug in sparkify-run and is shown with its stack.\n\n| code | what is wrong |\n|---|---|\n${rows.join('\n')}\n`;
}

function between(file: string, name: string, put: string): string {
  const text = readFileSync(join(root, file), 'utf8');
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to === -1) throw new Error(`${file} has no place for ${name}`);
  return `${text.slice(0, from + begin.length)}\n${put}\n${text.slice(to)}`;
}
