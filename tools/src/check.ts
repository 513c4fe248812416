import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, normalize } from 'node:path';
import { browserPackages, layers, mayImport, type Package } from './layers.js';
import { imports, type Source, sources } from './source.js';

/** Every breach of the repository's law, a sentence each. */
export function breaches(root: string): string[] {
  return (Object.keys(layers) as Package[]).flatMap((name) => {
    const files = sources(join(root, 'packages', name, 'src'));
    return [...files.flatMap((file) => fileBreaches(root, name, file)), ...packageBreaches(root, name)];
  });
}

/** Imports that the layers forbid, and exports that hide what a package offers. */
export function fileBreaches(root: string, name: Package, { path, text }: Source): string[] {
  const at = path.startsWith(root) ? path.slice(root.length + 1) : path;
  const found: string[] = [];
  for (const imported of imports(text)) {
    const workspace = /^@drover\/([^/]+)/.exec(imported)?.[1];
    if (workspace !== undefined && !mayImport(name, workspace)) {
      const allowed = layers[name].length === 0 ? 'nothing' : layers[name].join(', ');
      found.push(`${at}: ${name} may not import ${workspace}; it may import ${allowed} (tools/src/layers.ts)`);
    }
    if (imported.startsWith('.') && !normalize(join(path, '..', imported)).startsWith(join(root, 'packages', name))) {
      found.push(`${at}: imports "${imported}" outside its package; import @drover/… instead`);
    }
    const shipped = !/\.test\.tsx?$/.test(path);
    if (
      shipped &&
      browserPackages.includes(name) &&
      (imported.startsWith('node:') || builtinModules.includes(imported))
    ) {
      found.push(`${at}: ${name} runs in a browser and may not import ${imported}`);
    }
  }
  if (/^\s*export\s+\*/m.test(text)) found.push(`${at}: "export *" hides what is exported; name it`);
  return found;
}

interface Manifest {
  readonly name: string;
  readonly description?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function packageBreaches(root: string, name: Package): string[] {
  const folder = join('packages', name);
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
  const config = JSON.parse(readFileSync(join(root, folder, 'tsconfig.json'), 'utf8')) as {
    readonly references: readonly { readonly path: string }[];
  };
  const found: string[] = [];
  if (manifest.name !== `@drover/${name}`) found.push(`${folder}/package.json: the name must be "@drover/${name}"`);
  if (!manifest.description?.endsWith('.')) found.push(`${folder}/package.json: the description must be a sentence`);
  const all = { ...manifest.dependencies, ...manifest.devDependencies };
  for (const [dependency, version] of Object.entries(all)) {
    if (!/^\d/.test(version)) found.push(`${folder}/package.json: pin ${dependency} to one version, not "${version}"`);
    const workspace = /^@drover\/(.+)/.exec(dependency)?.[1];
    if (workspace !== undefined && !mayImport(name, workspace)) {
      found.push(`${folder}/package.json: ${name} may not depend on ${workspace}`);
    }
  }
  for (const { path } of config.references) {
    const target = path.replace('../', '');
    if (!mayImport(name, target)) found.push(`${folder}/tsconfig.json: ${name} may not reference ${target}`);
  }
  const readme = join(root, folder, 'README.md');
  if (!existsSync(readme)) found.push(`${folder}/README.md is missing`);
  else if (readFileSync(readme, 'utf8').trimEnd().split('\n').length > 40) {
    found.push(`${folder}/README.md is longer than 40 lines`);
  }
  return found;
}
