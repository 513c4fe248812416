// Builds the console with vite, unless what is in dist/ was built from exactly these sources.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = dirname(fileURLToPath(import.meta.url));
const sources = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json', '../kit/src', '../api/src'];
const stamp = join(root, 'dist', '.stamp');

function* filesUnder(path) {
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && !entry.name.includes('.test.')) yield join(entry.parentPath, entry.name);
  }
}

const hash = createHash('sha256');
for (const source of sources.map((name) => join(root, name)).filter(existsSync)) {
  const files = readdirOrSelf(source);
  for (const file of files.sort()) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file));
}
const digest = hash.digest('hex');

function readdirOrSelf(path) {
  try {
    return [...filesUnder(path)];
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
}

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest) {
  await build({ root, logLevel: process.env['DROVER_BUILD_LOG'] ?? 'warn' });
  writeFileSync(stamp, digest);
}
