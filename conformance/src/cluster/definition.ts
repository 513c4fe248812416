import type { JsonObject } from '@drover/api';
import type { Scene } from '../suite.js';
import { type Answer, valueAt } from './answer.js';
import type { Api } from './api.js';
import { eventually } from './eventually.js';

/** Where definitions are. */
export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** A kind made for a test: its definition, and where its objects are. */
export interface Defined {
  /** Name of the definition: `widgets.GROUP`. */
  readonly name: string;
  readonly group: string;
  readonly kind: string;
  /** `GROUP/v1`. */
  readonly apiVersion: string;
  /** Path of the collection in the suite's namespace, or of an object and its subresource. */
  path(...rest: readonly string[]): string;
  /** An object of the kind. */
  object(name: string, fields?: JsonObject, metadata?: JsonObject): JsonObject;
}

/** A definition of `plural` in the suite's own group: namespaced, with one version `v1` of `schema`. */
export function definitionOf(
  { unique }: Pick<Scene, 'unique'>,
  plural: string,
  schema: JsonObject,
  version: JsonObject = {},
  spec: JsonObject = {},
): JsonObject {
  const group = `${unique}.example.com`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: singularOf(plural), kind: kindOf(plural), listKind: `${kindOf(plural)}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
      ...spec,
    },
  };
}

/** Makes the kind of `definitionOf` and waits until it is served; it is removed after the suite. */
export async function define(
  scene: Scene,
  plural: string,
  schema: JsonObject,
  version: JsonObject = {},
  spec: JsonObject = {},
): Promise<Defined> {
  const definition = definitionOf(scene, plural, schema, version, spec);
  const made = await scene.api.post(DEFINITIONS, definition);
  if (made.status !== 201) throw new Error(`${plural} cannot be defined: ${made.text}`);
  const name = made.textAt('metadata.name');
  const group = made.textAt('spec.group');
  const kind = kindOf(plural);
  scene.afterwards(`${DEFINITIONS}/${name}`);
  await established(scene.api, name);
  const path = (...rest: readonly string[]): string => scene.group(`${group}/v1`, plural, ...rest);
  await eventually(
    () => scene.api.get(path()),
    ({ status }) => status === 200,
  );
  return {
    name,
    group,
    kind,
    apiVersion: `${group}/v1`,
    path,
    object: (objectName, fields = {}, metadata = {}) => ({
      apiVersion: `${group}/v1`,
      kind,
      metadata: { name: objectName, ...metadata },
      ...fields,
    }),
  };
}

/** Waits until a definition is established. */
export async function established(api: Api, name: string): Promise<void> {
  await using watch = await api.watch(DEFINITIONS, { fieldSelector: `metadata.name=${name}` });
  await watch.until(({ object }) => conditionOf(object, 'Established') === 'True');
}

/** The status of a condition of an object. */
export function conditionOf(object: JsonObject, type: string): string | undefined {
  const conditions = valueAt(object, 'status.conditions');
  if (!Array.isArray(conditions)) return undefined;
  const found = conditions.find((condition) => valueAt(condition, 'type') === type);
  return found === undefined ? undefined : String(valueAt(found, 'status'));
}

/** The schema of an object whose `spec` has these properties. */
export const specSchema = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: {
    spec: { type: 'object', properties, ...more },
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
});

/**
 * A field of the only version: kube-apiserver names it as the field of all versions, where what they have in common was
 * before there were several.
 */
const withinVersion = (field: string): string =>
  field.replace(/^spec\.(?:versions\[0\]\.(?:schema\.)?|validation\.|(?=subresources\.))/, '');

/** What a refused definition complains of: the fields, as seen from its version where they are in one. */
export async function refusedFields(scene: Scene, definition: JsonObject): Promise<readonly string[]> {
  const answer: Answer = await scene.api.post(DEFINITIONS, definition, { query: { dryRun: 'All' } });
  return answer.status === 422 ? answer.causes.map(withinVersion) : [`not refused: ${answer.outcome}`];
}

const SINGULARS: Readonly<Record<string, string>> = { boxes: 'box', mice: 'mouse', foxes: 'fox', wolves: 'wolf' };

/** `boxes` → `box`. */
const singularOf = (plural: string): string => SINGULARS[plural] ?? plural.slice(0, -1);

const kindOf = (plural: string): string => {
  const singular = singularOf(plural);
  return singular.charAt(0).toUpperCase() + singular.slice(1);
};
