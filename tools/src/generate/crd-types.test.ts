import { describe, expect, it } from 'vitest';
import { crdTypes, type Shapes } from './crd-types.js';
import type { Crd } from './crds.js';
import type { Schema } from './schema.js';

const text: Schema = { type: 'string' };
const crd = (kind: string, spec: Schema): Crd => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.example.io` },
  spec: {
    group: 'example.io',
    scope: 'Namespaced',
    names: { kind, plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase() },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec } } },
      },
    ],
  },
});
const object = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
});
const typesOf = (...crds: Crd[]): string => crdTypes('example', crds, new Map(), {}).toString();

describe('the types of a definition', () => {
  it('hold its kind, its fields and the value that addresses it', () => {
    const types = typesOf(
      crd('Widget', object({ size: { type: 'integer' }, names: { type: 'array', items: text } }, ['size'])),
    );
    expect(types).toContain(
      "export interface Widget {\n  apiVersion: 'example.io/v1';\n  kind: 'Widget';\n  metadata: ObjectMeta;\n  spec: WidgetSpec;\n}",
    );
    expect(types).toContain('export interface WidgetSpec {\n  size: number;\n  names?: string[];\n}');
    expect(types).toContain(
      "export const widgets: Kind<Widget> = { group: 'example.io', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true };",
    );
  });

  it.each<[string, Schema, string]>([
    ['an int-or-string', { 'x-kubernetes-int-or-string': true }, 'a?: IntOrString;'],
    ['an enumeration', { type: 'string', enum: ['x', 'y'] }, "a?: 'x' | 'y';"],
    ['a nullable text', { type: 'string', nullable: true }, 'a?: string | null;'],
    [
      'a list of nullable texts',
      { type: 'array', items: { type: 'string', nullable: true } },
      'a?: (string | null)[];',
    ],
    ['a map', { type: 'object', additionalProperties: { type: 'integer' } }, 'a?: Record<string, number>;'],
    ['a free form', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, 'a?: JsonObject;'],
    ['anything', { 'x-kubernetes-preserve-unknown-fields': true }, 'a?: Json;'],
  ])('write %s', (_name, schema, expected) => {
    expect(typesOf(crd('Widget', object({ a: schema })))).toContain(expected);
  });

  it('declare one shape once, and two of one name apart', () => {
    const disk = object({ name: text });
    const types = typesOf(
      crd('Widget', object({ disk, other: object({ disk: object({ size: text }) }) })),
      crd('Gadget', object({ disk })),
    );
    expect(types.match(/export interface Disk /g)).toHaveLength(1);
    expect(types).toContain('export interface OtherDisk {\n  size?: string;\n}');
  });

  it('import shapes from the file they are told to', () => {
    const shapes: Shapes = new Map();
    const spec = object({ disk: object({ name: text }) });
    crdTypes('first', [crd('Widget', spec)], shapes, {});
    const second = crdTypes('second', [crd('Gadget', spec)], shapes, { from: 'first' }).toString();
    expect(second).toContain("import type { WidgetSpec } from './first.js';");
    expect(second).not.toContain('interface Disk');
  });

  it('take the preferred names', () => {
    const types = crdTypes('example', [crd('Widget', object({ disk: object({ name: text }) }))], new Map(), {
      preferred: { 'Spec.Disk': 'WidgetDisk' },
    });
    expect(types.toString()).toContain('export interface WidgetDisk');
  });
});
