import { describe, expect, it } from 'vitest';
import { AuditPolicyError, parseAuditPolicy } from './policy-document.js';

describe('the document of an audit policy', () => {
  it.each<[unknown, string]>([
    ['x', 'the document must be an object'],
    [{ apiVersion: 'audit.k8s.io/v1beta1', kind: 'Policy', rules: [] }, 'apiVersion must be audit.k8s.io/v1'],
    [{ apiVersion: 'audit.k8s.io/v1', kind: 'Policies', rules: [] }, 'kind must be Policy'],
    [{ apiVersion: 'audit.k8s.io/v1', kind: 'Policy' }, 'rules is required'],
    [{ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [], rule: [] }, 'rule is not a field of a policy'],
    [rule({ level: 'Loud' }), 'rules[0].level must be one of None, Metadata, Request, RequestResponse'],
    [rule({ level: 'None', omitStages: ['Late'] }), 'rules[0].omitStages[0] must be one of RequestReceived'],
    [
      rule({ level: 'None', nonResourceURLs: ['healthz'] }),
      'rules[0].nonResourceURLs[0] "healthz" must begin with "/"',
    ],
    [rule({ level: 'None', nonResourceURLs: ['/a*b'] }), 'the wildcard of "/a*b" must be its last character'],
    [
      rule({ level: 'None', nonResourceURLs: ['/a'], namespaces: ['b'] }),
      'rules cannot apply to both regular resources',
    ],
    [
      rule({ level: 'None', resources: [{ group: 'apps/v1' }] }),
      '"apps/v1" is not the name of a group, without a version',
    ],
    [
      rule({ level: 'None', resources: [{ resourceNames: ['a'] }] }),
      'using resourceNames requires at least one resource',
    ],
    [rule({ level: 'None', users: 'ann' }), 'rules[0].users must be a list'],
    [rule({ level: 'None', omitManagedFields: 'yes' }), 'rules[0].omitManagedFields must be true or false'],
  ])('says of %j what is wrong', (document, why) => {
    expect(() => parseAuditPolicy(document)).toThrow(AuditPolicyError);
    expect(() => parseAuditPolicy(document)).toThrow(why);
  });
});

function rule(fields: object): object {
  return { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [fields] };
}
