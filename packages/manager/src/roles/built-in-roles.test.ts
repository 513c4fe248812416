import { randomBytes } from 'node:crypto';
import type { GlobalRole, PolicyRule, RoleTemplate } from '@drover/api';
import { globalRoles, roleTemplates, rulesAllow } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { builtInGlobalRoles } from './global-roles.js';
import { installRoles } from './install-roles.js';
import { builtInRoleTemplates } from './role-templates.js';

const templates = new Map(builtInRoleTemplates().map((template) => [template.metadata.name ?? '', template]));

/** The rules of a template and of all it inherits that this server makes itself. */
function rulesOf(name: string): PolicyRule[] {
  const template = templates.get(name);
  return [...(template?.rules ?? []), ...(template?.roleTemplateNames ?? []).flatMap(rulesOf)];
}

function document(role: GlobalRole | RoleTemplate): string {
  const { apiVersion: _, kind, metadata, displayName, description, rules = [], ...facts } = role;
  const flags = Object.entries(facts).filter(([, value]) => value === true || typeof value === 'string');
  const inherits = 'roleTemplateNames' in role ? (role.roleTemplateNames ?? []) : [];
  const namespaced = Object.entries(('namespacedRules' in role && role.namespacedRules) || {});
  const external = 'externalRules' in role ? (role.externalRules ?? []) : [];
  return [
    `${kind} ${metadata.name} "${displayName}"`,
    `  ${description}`,
    `  ${flags.map(([name, value]) => (value === true ? name : `${name}=${value}`)).join(' ')}`,
    ...(inherits.length > 0 ? [`  inherits ${inherits.join(' ')}`] : []),
    ...rules.map((rule) => `  ${line(rule)}`),
    ...external.map((rule) => `  external: ${line(rule)}`),
    ...namespaced.flatMap(([namespace, of]) => of.map((rule) => `  in ${namespace}: ${line(rule)}`)),
    '',
  ].join('\n');
}

function line({ apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [], verbs }: PolicyRule): string {
  const group = apiGroups.map((each) => each || 'core').join(',');
  const what = nonResourceURLs.length > 0 ? `paths ${nonResourceURLs.join(' ')}` : `${group}: ${resources.join(' ')}`;
  const names = resourceNames.length > 0 ? ` [${resourceNames.join(' ')}]` : '';
  return `${what}${names}: ${verbs.join(',')}`;
}

describe('the built-in roles', () => {
  it('grant what was reviewed, rule by rule', async () => {
    const documents = [...builtInGlobalRoles(), ...builtInRoleTemplates()].map(document);
    await expect(documents.join('\n')).toMatchFileSnapshot(
      new URL('../../testdata/built-in-roles.txt', import.meta.url).pathname,
    );
  });

  it('inherit only roles that are there, in no circle', () => {
    const depth = (name: string, path: readonly string[] = []): number => {
      expect(path).not.toContain(name);
      const template = templates.get(name);
      expect(template, name).toBeDefined();
      return 1 + Math.max(0, ...(template?.roleTemplateNames ?? []).map((each) => depth(each, [...path, name])));
    };
    for (const name of templates.keys()) expect(depth(name)).toBeGreaterThan(0);
  });

  it.each(['view', 'read-only', 'projects-view', 'virt-view-cluster', 'virt-project-view', 'virt-project-operate'])(
    '%s reads no Secret',
    (name) => {
      for (const verb of ['get', 'list', 'watch'])
        expect(rulesAllow(rulesOf(name), { verb, group: '', resource: 'secrets' })).toBe(false);
    },
  );

  it.each(['view', 'read-only', 'projects-view', 'workloads-view', 'virt-view-cluster', 'virt-project-view'])(
    '%s changes nothing, and opens no console',
    (name) => {
      const writes = rulesOf(name).filter(({ resources = [], verbs }) => {
        if (resources.join() === 'supportbundles') return false;
        return verbs.some((verb) => !['get', 'list', 'watch'].includes(verb));
      });
      expect(writes).toEqual([]);
      for (const subresource of ['console', 'vnc', 'portforward'])
        expect(
          rulesAllow(rulesOf(name), {
            verb: 'get',
            group: 'subresources.kubevirt.io',
            resource: 'virtualmachineinstances',
            subresource,
          }),
        ).toBe(false);
    },
  );

  it('are put right at each start, but for what an administrator decides about them', async () => {
    const client = createFakeClient({ clock: new FakeClock(), random: randomBytes });
    await installRoles(client);
    const change = async (name: string, of: Partial<RoleTemplate>) => {
      const live = await client.get(roleTemplates, { name });
      await client.update(roleTemplates, { ...live, ...of });
    };
    await change('read-only', { rules: [], locked: true });
    await change('cluster-member', { clusterCreatorDefault: true });
    const user = await client.get(globalRoles, { name: 'user' });
    await client.update(globalRoles, { ...user, newUserDefault: false, rules: [] });
    await installRoles(client);
    const after = async (name: string) => client.get(roleTemplates, { name });
    expect(await after('read-only')).toMatchObject({ rules: templates.get('read-only')?.rules, locked: true });
    expect((await after('cluster-member')).clusterCreatorDefault).toBe(true);
    expect(await client.get(globalRoles, { name: 'user' })).toMatchObject({ newUserDefault: false, builtin: true });
    expect((await client.get(globalRoles, { name: 'user' })).rules?.length).toBeGreaterThan(5);
  });
});
