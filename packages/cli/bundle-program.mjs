// Bundles the program. Most of a start would otherwise be finding, reading and linking hundreds of small modules, each of which
// stays in memory as an object of its own. Read from where tsc wrote, so that what is bundled is what was tested.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

const compiled = /\/packages\/([a-z]+)\/dist\/.*\.js$/;

/** Leads stack traces (`node --enable-source-maps`) past the compiled code to the sources. */
const throughCompiled = {
  name: 'through-compiled',
  load: {
    filter: { id: compiled },
    handler: (id) => ({ code: readFileSync(id, 'utf8'), map: readFileSync(`${id}.map`, 'utf8') }),
  },
};

/** A chunk is named after the package that its last module is of. */
const packageOf = ({ moduleIds }) => `${compiled.exec(moduleIds.at(-1) ?? '')?.[1] ?? 'shared'}-[hash].js`;

const library = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)(?=\/)/;

/** Of each library that is in the bundle, the licence: it goes where the code goes, which has no comments any more. */
function licences(chunks) {
  const found = new Map();
  for (const id of chunks.flatMap(({ moduleIds = [] }) => moduleIds)) {
    const [directory, name] = library.exec(id) ?? [];
    if (directory !== undefined) found.set(name, directory);
  }
  return [...found].sort().map(([name, directory]) => {
    const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} is bundled, and says nothing of its licence`);
    return `${name}\n\n${readFileSync(join(directory, file), 'utf8').trim()}\n`;
  });
}

const { output } = await build({
  cwd: import.meta.dirname,
  // Threads are started with the files `worker.js` (the store's) and `yaml-worker.js` that are beside the code that starts them.
  input: {
    main: 'dist/main.js',
    worker: '../store/dist/sqlite/worker.js',
    'yaml-worker': '../apiserver/dist/request/yaml-worker.js',
  },
  platform: 'node',
  logLevel: 'warn',
  // Native code, found by the packages themselves.
  external: ['libsql', 'bufferutil', 'utf-8-validate'],
  plugins: [throughCompiled],
  output: {
    dir: 'bundle',
    cleanDir: true,
    sourcemap: true,
    // Read at each start, and kept in memory at one byte a character where all of them are ASCII.
    comments: false,
    charset: 'ascii',
    entryFileNames: '[name].js',
    chunkFileNames: packageOf,
  },
});

writeFileSync(join(import.meta.dirname, 'bundle', 'LICENSES.txt'), licences(output).join(`\n${'-'.repeat(80)}\n\n`));
