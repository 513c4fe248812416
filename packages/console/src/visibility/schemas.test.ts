import { expect, it } from 'vitest';
import { creatableIn, seenOf } from './schemas.js';

it('of a kind somebody sees as much as its schema says', () => {
  const list = [{ namespace: '*', resourceName: '*' }];
  const data = [
    { pluralName: 'nodes', collectionMethods: ['GET'], attributes: { access: { list } } },
    { pluralName: 'pods', collectionMethods: ['GET'], attributes: { access: {} } },
    { pluralName: 'secrets', collectionMethods: ['POST'] },
    { pluralName: 'broken' },
  ];
  expect([...seenOf({ data })]).toEqual([
    ['nodes', 'everything'],
    ['pods', 'a part'],
  ]);
  expect([...seenOf('nonsense')]).toEqual([]);
});

it('objects can be made in the namespaces that a schema grants', () => {
  const create = (...grants: object[]) => ({ attributes: { access: { create: grants } } });
  const mine = { namespace: 'mine', resourceName: '*' };
  expect(creatableIn(create(mine, { namespace: 'other', resourceName: 'one' }))).toEqual(new Set(['mine']));
  expect(creatableIn(create(mine, { namespace: '*', resourceName: '*' }))).toBe('everywhere');
  expect(creatableIn({})).toEqual(new Set());
});
