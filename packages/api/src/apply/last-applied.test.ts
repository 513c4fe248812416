import { describe, expect, it } from 'vitest';
import type { JsonObject, KubeObject } from '../object.js';
import { openSchema } from '../schema/open-schema.js';
import { builtinSchemas } from '../schemas.js';
import { conflictsOf } from '../testing/history.js';
import { applyObject } from './server-side-apply.js';
import { updateManagedFields } from './update.js';

const components = builtinSchemas();
const kinds: Record<string, { apiVersion: string; component: string }> = {
  Deployment: { apiVersion: 'apps/v1', component: 'io.k8s.api.apps.v1.Deployment' },
  Service: { apiVersion: 'v1', component: 'io.k8s.api.core.v1.Service' },
  ReplicationController: { apiVersion: 'v1', component: 'io.k8s.api.core.v1.ReplicationController' },
  Pod: { apiVersion: 'v1', component: 'io.k8s.api.core.v1.Pod' },
  ConfigMap: { apiVersion: 'v1', component: 'io.k8s.api.core.v1.ConfigMap' },
};
const schemaOf = (kind: string) => openSchema(components[kinds[kind]?.component ?? ''] ?? {}, components);
const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

const object = (kind: string, fields: JsonObject, metadata: JsonObject = {}): KubeObject =>
  ({
    apiVersion: kinds[kind]?.apiVersion,
    kind,
    metadata: { name: 'one', ...metadata },
    ...fields,
  }) as KubeObject;
const write = (manager: string, kind: string, hour: number) => ({
  manager,
  schema: schemaOf(kind),
  time: `2026-01-01T0${hour}:00:00Z`,
});
const annotated = (text: string): JsonObject => ({ annotations: { [ANNOTATION]: text } });

/** What kubectl made on the client, by the words of its annotation. */
function made(kind: string, fields: JsonObject, last: string, metadata: JsonObject = {}): KubeObject {
  const updated = object(kind, fields, { ...metadata, ...annotated(last) });
  return updateManagedFields({ updated }, write('kubectl-client-side-apply', kind, 1));
}
const apply = (live: KubeObject | undefined, applied: KubeObject, manager = 'kubectl', force = false): KubeObject =>
  applyObject({ live, applied, force }, write(manager, applied.kind, 2));
const lastApplied = (of: KubeObject): string | undefined => of.metadata.annotations?.[ANNOTATION];
/** The fields that conflict, all of them with kubectl's updates on the client. */
const conflicting = (request: () => unknown): string[] =>
  conflictsOf(request).map((told) => told.replace(/: conflict with "kubectl-client-side-apply" using .*$/, ''));

const deployment = (app: string, replicas: number, ...images: string[]): JsonObject => ({
  spec: {
    replicas,
    selector: { matchLabels: { app } },
    template: {
      metadata: { labels: { app } },
      spec: { containers: images.map((image, index) => ({ name: `c${index}`, image })) },
    },
  },
});
const labelled = (app: string): JsonObject => ({ labels: { app } });
const said = (kind: string, fields: JsonObject, metadata: JsonObject = {}): string =>
  JSON.stringify(object(kind, fields, metadata));

describe('kubectl takes over what it applied on the client', () => {
  it.each<[string, string, JsonObject, JsonObject]>([
    ['the same', 'Deployment', deployment('a', 3, 'x'), deployment('a', 3, 'x')],
    ['all of a Deployment', 'Deployment', deployment('a', 3, 'x'), deployment('b', 9, 'x')],
    ['one value', 'Deployment', { spec: { replicas: 3 } }, { spec: { replicas: 9 } }],
    ['the image of a container', 'Deployment', deployment('a', 3, 'x'), deployment('a', 3, 'y')],
    [
      'the port and selector of a Service',
      'Service',
      { spec: { ports: [{ name: 'web', port: 443, protocol: 'TCP', targetPort: 1 }], selector: { old: 'x' } } },
      { spec: { ports: [{ name: 'web', port: 443, protocol: 'TCP', targetPort: 2 }], selector: { new: 'x' } } },
    ],
    [
      'a selector that is emptied',
      'Service',
      { spec: { ports: [{ name: 'web', port: 443, protocol: 'TCP' }], selector: { old: 'x' } } },
      { spec: { ports: [{ name: 'web', port: 443, protocol: 'TCP' }], selector: {} } },
    ],
    [
      'the selector of a ReplicationController',
      'ReplicationController',
      { spec: { replicas: 0, selector: { old: 'x' } } },
      { spec: { replicas: 3, selector: { new: 'x' } } },
    ],
    [
      'the node selector of a Pod, without what it says no more',
      'Pod',
      { spec: { nodeName: 'n', nodeSelector: { old: '' }, containers: [{ name: 'c', image: 'x' }] } },
      { spec: { nodeSelector: { new: '' }, containers: [{ name: 'c', image: 'x' }] } },
    ],
    [
      'a node selector that is emptied',
      'Pod',
      { spec: { nodeName: 'n', nodeSelector: { old: '' } } },
      { spec: { nodeName: 'm', nodeSelector: {} } },
    ],
  ])('without conflict: %s', (_what, kind, before, wanted) => {
    const live = made(kind, before, said(kind, before));
    expect(apply(live, object(kind, wanted))).toMatchObject(wanted);
  });
});

describe('what kubectl did not apply on the client conflicts', () => {
  it.each<[string, JsonObject, JsonObject, JsonObject, string[]]>([
    [
      'what was changed since, and what never was in it',
      deployment('a', 3, 'x', 'gone'),
      deployment('a', 100, 'changed'),
      deployment('b', 9, 'y'),
      ['.replicas', '.template.spec.containers[name="c0"].image'],
    ],
    [
      'a number that was changed since, also back to what it was',
      deployment('a', 3, 'x'),
      deployment('a', 100, 'x'),
      deployment('a', 3, 'x'),
      ['.replicas'],
    ],
  ])('%s', (_what, last, before, wanted, fields) => {
    const live = made('Deployment', before, said('Deployment', last), labelled('a'));
    const applied = object('Deployment', wanted, labelled('b'));
    expect(conflicting(() => apply(live, applied)).sort()).toEqual(['.metadata.labels.app', ...fields].sort());
    expect(apply(live, applied, 'kubectl', true)).toMatchObject(wanted);
  });

  it.each<[string, string]>([
    ['in another version', said('Deployment', { spec: { replicas: 3 } }).replace('apps/v1', 'extensions/v1beta1')],
    ['that is no object of the kind', '{"apiVersion":"apps/v1","kind":"Deployment","spec":"all of it"}'],
    ['without a version', '{"apiVerison":"x","kind":"y","spec":{}}'],
    ['that is no JSON', 'all of it'],
    ['that is a list', '[]'],
    ['that is empty', ''],
    ['of nothing', '{}'],
  ])('all of it, by an annotation %s', (_what, last) => {
    const live = made('Deployment', { spec: { replicas: 3 } }, last);
    const applied = object('Deployment', { spec: { replicas: 9 } });
    expect(conflicting(() => apply(live, applied))).toEqual(['.replicas']);
    expect(lastApplied(live)).toBe(last);
    const forced = apply(live, applied, 'kubectl', true);
    expect(forced).toMatchObject({ spec: { replicas: 9 } });
    expect(lastApplied(forced)).toBe(last === '' ? '' : `${said('Deployment', { spec: { replicas: 9 } })}\n`);
  });

  it.each<[string, string, JsonObject, JsonObject, string[]]>([
    [
      'of a Deployment',
      'Deployment',
      deployment('a', 3, 'x'),
      deployment('b', 9, 'y'),
      ['.replicas', '.selector', '.template.metadata.labels.app', '.template.spec.containers[name="c0"].image'],
    ],
    [
      'of a number and an image',
      'Deployment',
      deployment('a', 3, 'x'),
      deployment('a', 9, 'y'),
      ['.replicas', '.template.spec.containers[name="c0"].image'],
    ],
    [
      'of a Service, whose selector is one value',
      'Service',
      { spec: { ports: [{ name: 'web', port: 443, protocol: 'TCP', targetPort: 1 }], selector: { old: 'x' } } },
      { spec: { ports: [{ name: 'web', port: 443, protocol: 'TCP', targetPort: 2 }], selector: { new: 'x' } } },
      ['.ports[port=443,protocol="TCP"].targetPort', '.selector'],
    ],
    [
      'of a ReplicationController',
      'ReplicationController',
      { spec: { replicas: 0, selector: { old: 'x' } } },
      { spec: { replicas: 3, selector: { new: 'x' } } },
      ['.replicas', '.selector'],
    ],
    [
      'of a Pod, to whose node selector something is added',
      'Pod',
      { spec: { nodeName: 'n', nodeSelector: { old: '' } } },
      { spec: { nodeName: 'n', nodeSelector: { old: '', new: '' } } },
      ['.nodeSelector'],
    ],
    [
      'of a Pod whose node selector is emptied',
      'Pod',
      { spec: { nodeName: 'n', nodeSelector: { old: '' } } },
      { spec: { nodeName: 'm', nodeSelector: {} } },
      ['.nodeName', '.nodeSelector'],
    ],
  ])('all of it, for another manager: %s', (_what, kind, before, wanted, fields) => {
    const live = made(kind, before, said(kind, before));
    expect(conflicting(() => apply(live, object(kind, wanted), 'flux')).sort()).toEqual(fields.sort());
    expect(apply(live, object(kind, wanted), 'flux', true)).toMatchObject(wanted);
  });
});

describe('the annotation of what kubectl applied on the client', () => {
  it('stays as it is when another applies, and says what kubectl applies', () => {
    const applied = object('ConfigMap', { data: { a: '1' } }, annotated('earlier'));
    const others = apply(undefined, applied, 'flux');
    expect(lastApplied(others)).toBe('earlier');
    expect(lastApplied(apply(others, applied))).toBe(
      '{"apiVersion":"v1","data":{"a":"1"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"one"}}\n',
    );
  });

  it('says what is applied when kubectl takes over', () => {
    const live = made('Deployment', deployment('a', 3, 'x'), said('Deployment', deployment('a', 3, 'x')));
    expect(lastApplied(apply(live, object('Deployment', deployment('b', 8, 'y'))))).toContain('"image":"y"');
  });

  it.each<[string, (data: JsonObject) => JsonObject]>([
    ['because of the data', () => ({})],
    ['because of the other annotations', (data) => data],
  ])('goes when it would be too large: %s', (_what, others) => {
    const data = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [
        `a-key-that-is-long-enough-to-fill-the-annotations-soon-enough-${index}`,
        'v',
      ]),
    );
    const more =
      Object.keys(others(data)).length > 0
        ? data
        : Object.fromEntries(
            Array.from({ length: 9000 }, (_, index) => [`key-${index}-of-some-length`, 'v'.repeat(10)]),
          );
    const first = apply(undefined, object('ConfigMap', { data: { a: '1' } }, annotated('earlier')));
    expect(lastApplied(first)).toContain('"a":"1"');
    const annotations = { [ANNOTATION]: 'earlier', ...others(data) };
    const second = apply(first, object('ConfigMap', { data: more }, { annotations }));
    expect(lastApplied(second)).toBeUndefined();
    expect(Object.keys(second.metadata.annotations ?? {})).toHaveLength(Object.keys(others(data)).length);
  });

  it('is kept by an update of an object whose fields nobody manages, and taken over from there', () => {
    const kind = 'Deployment';
    const unmanaged = updateManagedFields(
      {
        live: made(kind, { spec: { replicas: 3 } }, ''),
        updated: object(kind, { spec: { replicas: 3 } }, { managedFields: [] }),
      },
      write('editor', kind, 2),
    );
    expect(unmanaged.metadata.managedFields).toBeUndefined();
    const again = updateManagedFields(
      {
        live: unmanaged,
        updated: object(kind, { spec: { replicas: 3 } }, annotated(said(kind, { spec: { replicas: 3 } }))),
      },
      write('kubectl-client-side-apply', kind, 3),
    );
    expect(again.metadata.managedFields).toBeUndefined();
    const first = apply(again, object(kind, { spec: { replicas: 3 } }), 'flux');
    expect(first.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['flux', 'before-first-apply']);
    expect(conflictsOf(() => apply(first, object(kind, { spec: { replicas: 9 } }), 'other'))).not.toEqual([]);
    const taken = apply(first, object(kind, { spec: { replicas: 9 } }));
    expect(taken).toMatchObject({ spec: { replicas: 9 } });
    expect(lastApplied(taken)).toContain('"replicas":9');
  });
});
