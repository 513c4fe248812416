import type { ClusterRole } from '@drover/api';
import { expect, it } from 'vitest';
import { aggregatedRules } from './cluster-role-aggregation.js';

const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
const role = (name: string, labels: Record<string, string>, ...resources: string[]): ClusterRole => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, labels },
  rules: resources.map(rule),
});

const edit: ClusterRole = {
  ...role('edit', { 'to-admin': 'true', 'to-edit': 'true' }, 'own'),
  aggregationRule: {
    clusterRoleSelectors: [{ matchLabels: { 'to-edit': 'true' } }, { matchLabels: { 'to-view': 'true' } }],
  },
};

it('an aggregated role has the rules of the roles its selectors choose, in the order of their names, each once', () => {
  const others = [
    role('z', { 'to-edit': 'true' }, 'pods'),
    role('b', { 'to-view': 'true' }, 'pods', 'nodes'),
    role('a', { 'to-edit': 'true', 'to-view': 'true' }, 'secrets'),
    role('other', { 'to-admin': 'true' }, 'everything'),
  ];
  expect(aggregatedRules(edit, [edit, ...others])).toEqual([rule('secrets'), rule('pods'), rule('nodes')]);
});

it('a role without a match has no rules', () => {
  expect(aggregatedRules(edit, [edit])).toEqual([]);
});
