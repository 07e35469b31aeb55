// Builds man/monitor.1 from the tree of commands, so that it has the options that the program has.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';

/** Commands load what they run when they run. Here none does. */
const nothingRuns = {
  name: 'nothing runs',
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    ),
};
const { outputFiles } = await build({
  entryPoints: ['src/cli/program.ts'],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  logLevel: 'error',
  plugins: [nothingRuns],
});
const module = { exports: {} };
new Function('module', 'exports', 'require', outputFiles[0].text)(
  module,
  module.exports,
  createRequire(import.meta.url),
);
const program = module.exports.buildProgram({ columns: 80, env: {}, now: 0, timeZone: 'UTC' }, () => {});
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const EXITS = [
  [0, 'Success.'],
  [1, 'The answer is no: there is no such session, or a budget is exceeded.'],
  [2, 'The command line is wrong.'],
  [3, 'A budget is nearly used up.'],
  [70, 'A bug in monitor.'],
  [74, 'A file, a folder or a server could not be read or written.'],
  [75, 'Another run is writing to the store. Try again later.'],
];

const lines = [
  `.TH MONITOR 1 "" "agent-session-monitor ${version}" "User Commands"`,
  '.SH NAME',
  `monitor \\- ${roff(program.description())}`,
  '.SH SYNOPSIS',
  '.B monitor',
  '.I command',
  '.RI [ options ]',
  '.SH DESCRIPTION',
  "monitor reads an AI gateway's access log into a store of sessions, and reports on them. It needs no database and no",
  'network. Results go to stdout; errors, warnings and progress go to stderr.',
  '.SH COMMANDS',
  ...program.commands.flatMap(commandLines),
  '.SH EXIT STATUS',
  ...EXITS.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, meaning]),
  '.SH ENVIRONMENT',
  ...environment().flatMap(([name, flags]) => [
    '.TP',
    `.B ${roff(name)}`,
    `Used if ${roff(flags)} is not given.`,
  ]),
  '.SH EXAMPLES',
  '.nf',
  'monitor parse \\-\\-log\\-path /var/log/higress/access.log',
  'monitor list \\-\\-sort\\-by cost \\-\\-limit 10',
  'monitor show agent:main:main',
  '.fi',
];
mkdirSync('man', { recursive: true });
writeFileSync('man/monitor.1', `${lines.join('\n')}\n`);

function commandLines(command) {
  const head = `monitor ${command.name()} ${command.usage()}`.trim();
  return [
    `.SS "${roff(head)}"`,
    `${roff(command.description())}.`,
    ...command.registeredArguments.flatMap((argument) => item(`<${argument.name()}>`, argument)),
    ...command.options.filter(({ hidden }) => !hidden).flatMap((option) => item(option.flags, option)),
  ];
}

function item(name, { description, argChoices, defaultValue, negate }) {
  const said = [description ?? ''];
  if (argChoices) said.push(`one of ${argChoices.join(', ')}`);
  if (!negate && defaultValue !== undefined && !description.includes('default'))
    said.push(`default: ${[defaultValue].flat().join(' ')}`);
  return ['.TP', `.B "${roff(name)}"`, `${roff(said.filter(Boolean).join('; '))}.`];
}

function environment() {
  const options = program.commands.flatMap(({ options }) => options.filter(({ envVar }) => envVar));
  const flags = new Map();
  for (const { envVar, long } of options) flags.set(envVar, (flags.get(envVar) ?? new Set()).add(long));
  return [...flags]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, set]) => [name, [...set].join(' or ')]);
}

/** A text as groff reads it; a line that begins with a dot or an apostrophe would be a request. */
function roff(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replaceAll('…', '...')
    .replaceAll(
      /[^\x20-\x7e]/g,
      (c) => `\\[u${c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replace(/^[.']/, '\\&$&');
}
