import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { breaches, fileBreaches } from './check.js';
import { imports } from './source.js';

const root = resolve(import.meta.dirname, '../..');
const file = (path: string, text: string) => ({ path: `${root}/packages/${path}`, text });

it('keeps the layers of this repository', () => {
  expect(breaches(root)).toEqual([]);
});

it('names a forbidden import and what would be allowed', () => {
  expect(fileBreaches(root, 'manager', file('manager/src/x.ts', "import { open } from '@drover/store';"))).toEqual([
    'packages/manager/src/x.ts: manager may not import store; it may import kit, api, client, controller, tunnel (tools/src/layers.ts)',
  ]);
});

it('finds the way around through a relative path, an export of everything, and Node in the browser', () => {
  const text = "import x from '../../store/src/x.js';\nexport * from './y.js';\nimport { join } from 'node:path';";
  expect(fileBreaches(root, 'kit', file('kit/src/x.ts', text))).toHaveLength(3);
});

it('reads every form of import', () => {
  const text = [
    "import 'a';",
    "import b from 'b';",
    "import {\n  c,\n} from 'c';",
    "import type { D } from 'd';",
    "export { e } from 'e';",
    "const f = await import('f');",
  ].join('\n');
  expect(imports(text)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});
