import { describe, expect, expectTypeOf, it } from 'vitest';
import type { KubeObject, ObjectMeta } from '../object.js';
import { declareKind, type ObjectOf } from './declared-kind.js';
import { flag, freeForm, integer, list, map, nullableFlag, object, required, text } from './field.js';
import { openSchema } from './open-schema.js';
import { structuralCauses } from './structural.js';

const widgets = declareKind({
  group: 'example.io',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
  shortNames: ['wd'],
  statusSubresource: true,
  columns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
  fields: {
    spec: object({
      size: required(integer()),
      colour: text('red', 'blue'),
      parts: list(object({ name: required(text()) })),
    }),
    status: object({ ready: flag(), paused: nullableFlag(), notes: map(text()), more: freeForm() }),
  },
});
type Widget = ObjectOf<typeof widgets>;

describe('a declared kind', () => {
  it('has the type its fields say', () => {
    expectTypeOf<Widget>().toExtend<KubeObject>();
    expectTypeOf<Widget['apiVersion']>().toEqualTypeOf<'example.io/v1'>();
    expectTypeOf<Widget['metadata']>().toEqualTypeOf<ObjectMeta>();
    expectTypeOf<NonNullable<Widget['spec']>['size']>().toEqualTypeOf<number>();
    expectTypeOf<NonNullable<Widget['spec']>>().toHaveProperty('colour');
    const widget: Widget = {
      apiVersion: 'example.io/v1',
      kind: 'Widget',
      metadata: {},
      spec: { size: 1, colour: 'red' },
    };
    expect(widget.spec?.colour).toBe('red');
  });

  it('addresses its objects', () => {
    expect(widgets).toMatchObject({
      group: 'example.io',
      version: 'v1',
      kind: 'Widget',
      plural: 'widgets',
      namespaced: true,
    });
  });

  it('has a definition that a server takes', () => {
    const { metadata, spec } = widgets.definition();
    expect(metadata.name).toBe('widgets.example.io');
    expect(spec).toMatchObject({
      scope: 'Namespaced',
      names: { singular: 'widget', listKind: 'WidgetList', shortNames: ['wd'] },
    });
    expect(spec.versions[0]).toMatchObject({ served: true, storage: true, subresources: { status: {} } });
    const schema = spec.versions[0]?.schema?.openAPIV3Schema ?? {};
    expect(structuralCauses(JSON.parse(JSON.stringify(schema)), '')).toEqual([]);
  });

  it('refuses what its fields do not allow', () => {
    const schema = openSchema(widgets.definition().spec.versions[0]?.schema?.openAPIV3Schema ?? {});
    const given = {
      apiVersion: 'example.io/v1',
      kind: 'Widget',
      metadata: {},
      spec: { colour: 'green', parts: [{}] },
      status: { paused: null },
    };
    expect(schema.validate(given).map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'spec.size: Required value',
      'spec.colour: Unsupported value: "green": supported values: "red", "blue"',
      'spec.parts[0].name: Required value',
    ]);
  });
});
