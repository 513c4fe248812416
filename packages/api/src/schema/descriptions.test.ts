import { describe, expect, it } from 'vitest';
import { builtinDescriptions, builtinSchemas } from '../schemas.js';
import { type Description, Descriptions } from './descriptions.js';
import type { Schema } from './schema.js';

describe('descriptions', () => {
  const words = new Descriptions([
    '[*]\n*Condition: One aspect.\n  type: Which.\n*:\n  kind: Its kind.\n',
    '[a.v1]\nLamp: Gives light.\n  watts: What it draws.\n\n[a.v2]\nLamp, Torch:\n  watts: Power.\n*Condition:\n  type: Of which type.\n',
  ]);
  const textOf = (component: string, field?: string) => words.find(component, field)?.text;

  it('are told of a definition and of its fields, in the package that they are about', () => {
    expect([textOf('a.v1.Lamp'), textOf('a.v1.Lamp', 'watts')]).toEqual(['Gives light.', 'What it draws.']);
    expect([textOf('a.v2.Lamp'), textOf('a.v2.Torch', 'watts')]).toEqual([undefined, 'Power.']);
  });

  it('by ending hold where nothing is said by name, those of the package first', () => {
    expect([textOf('a.v1.Lamp', 'kind'), textOf('b.v1.JobCondition')]).toEqual(['Its kind.', 'One aspect.']);
    expect([textOf('a.v1.LampCondition', 'type'), textOf('a.v2.LampCondition', 'type')]).toEqual([
      'Which.',
      'Of which type.',
    ]);
  });

  it('are refused where a line says nothing, or says something again', () => {
    expect(() => new Descriptions(['[a.v1]\nLamp\n'])).toThrow('"Lamp" describes nothing');
    expect(() => new Descriptions(['[a.v1]\nLamp: One.\n', '[a.v1]\nLamp: Two.\n'])).toThrow('described twice');
  });
});

describe('the descriptions of the built-in kinds', () => {
  const words = builtinDescriptions();
  const places = Object.entries(builtinSchemas()).flatMap(([component, { properties = {} }]) => [
    { component, field: undefined },
    ...Object.keys(properties).map((field) => ({ component, field })),
  ]);

  it('leave out no definition, and no field', () => {
    const silent = places.filter(({ component, field }) => words.find(component, field) === undefined);
    expect(silent.map(({ component, field }) => `${component} ${field ?? ''}`)).toEqual([]);
  });

  it('are all of something that is there', () => {
    const told = new Set(places.map(({ component, field }) => words.find(component, field)));
    expect(words.rows.filter((row) => !told.has(row)).map(nameOf)).toEqual([]);
  });

  it('say more of a field than what its type is, which is told beside it', () => {
    const repeated = Object.entries(builtinSchemas()).flatMap(([component, { properties = {} }]) =>
      Object.entries(properties).flatMap(([field, schema]) => {
        const type = referredTo(schema.items ?? schema);
        const said = words.find(component, field)?.text;
        return type !== undefined && words.find(type)?.text === said ? [`${component} ${field}`] : [];
      }),
    );
    expect(repeated).toEqual([]);
  });

  it('are sentences, short and in ASCII', () => {
    const odd = words.rows.filter(({ text }) => !/^[A-Z0-9`][ -~]{0,250}\.$/.test(text));
    expect(odd.map(nameOf)).toEqual([]);
  });
});

function referredTo({ $ref, allOf }: Schema): string | undefined {
  return ($ref ?? allOf?.[0]?.$ref)?.slice('#/components/schemas/'.length);
}

function nameOf({ scope, definition, field = '' }: Description): string {
  return `${scope} ${definition} ${field}`;
}
