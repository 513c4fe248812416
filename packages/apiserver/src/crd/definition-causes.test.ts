import type { CustomResourceDefinition } from '@drover/api/types/apiextensions-v1';
import { expect, it } from 'vitest';
import { definitionCauses } from './definition-causes.js';

interface Parts {
  readonly metadata?: object;
  readonly spec?: object;
  readonly names?: object;
  readonly version?: object;
  readonly versions?: readonly object[];
  readonly status?: object;
}

const schema = {
  openAPIV3Schema: {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: { text: { type: 'string' }, list: { type: 'array', items: { type: 'string' } } },
      },
    },
  },
};
const v1 = { name: 'v1', served: true, storage: true, schema };

function definition({ metadata, spec, names, version, versions, status }: Parts): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org', ...metadata },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList', ...names },
      conversion: { strategy: 'None' },
      versions: versions ?? [{ ...v1, ...version }],
      ...spec,
    },
    status: { storedVersions: ['v1'], ...status },
  } as unknown as CustomResourceDefinition;
}

const faults = (parts: Parts, old?: Parts): string[] =>
  definitionCauses(definition(parts), old && definition(old)).map(({ field, message }) => `${field}: ${message}`);

// Answers of a kube-apiserver 1.32.13.
it.each<[what: string, parts: Parts, causes: readonly string[]]>([
  ['nothing', {}, []],
  [
    'another name than its plural and its group give',
    { metadata: { name: 'others.example.org' } },
    ['metadata.name: Invalid value: "others.example.org": must be spec.names.plural+"."+spec.group'],
  ],
  [
    'a group without a dot',
    { metadata: { name: 'things.example' }, spec: { group: 'example' } },
    ['spec.group: Invalid value: "example": should be a domain with at least one dot'],
  ],
  [
    'a scope that is none',
    { spec: { scope: 'Galaxy' } },
    ['spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"'],
  ],
  [
    'the same kind for lists',
    { names: { listKind: 'Thing' } },
    ['spec.names.listKind: Invalid value: "Thing": kind and listKind may not be the same'],
  ],
  [
    'no version that is stored',
    { version: { storage: false } },
    [
      'spec.versions: Invalid value: []apiextensions.CustomResourceDefinitionVersion{apiextensions.CustomResourceDefinitionVersion{Name:"v1", Served:true, Storage:false, Deprecated:false, DeprecationWarning:(*string)(nil), Schema:(*apiextensions.CustomResourceValidation)(nil), Subresources:(*apiextensions.CustomResourceSubresources)(nil), AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil), SelectableFields:[]apiextensions.SelectableField(nil)}}: must have exactly one version marked as storage version',
    ],
  ],
  [
    'no schema',
    { version: { schema: {} } },
    ['spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required'],
  ],
  [
    'a fault in a schema that all versions have',
    {
      versions: [v1, { ...v1, name: 'v2', storage: false }].map((one) => ({ ...one, schema: { openAPIV3Schema: {} } })),
    },
    ['spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root'],
  ],
  [
    'a fault in the schema of one version',
    { versions: [v1, { ...v1, name: 'v2', storage: false, schema: { openAPIV3Schema: {} } }] },
    ['spec.versions[1].schema.openAPIV3Schema.type: Required value: must not be empty at the root'],
  ],
  [
    'a warning of a version that is not deprecated',
    { version: { deprecationWarning: 'old' } },
    ['spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions'],
  ],
  [
    'a scale that is not in the spec',
    { version: { subresources: { scale: { specReplicasPath: '.status.a', statusReplicasPath: '.status.a' } } } },
    ['spec.subresources.scale.specReplicasPath: Invalid value: ".status.a": should be a json path under .spec'],
  ],
  [
    'a column of a type that is none',
    { version: { additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: '.spec.text' }] } },
    ['spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string'],
  ],
  [
    'a selectable field that is a list',
    { version: { selectableFields: [{ jsonPath: '.spec.list' }] } },
    [
      'spec.selectableFields[0].jsonPath: Invalid value: ".spec.list": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    ],
  ],
  [
    'a webhook that is not asked',
    { spec: { conversion: { strategy: 'None', webhook: { conversionReviewVersions: ['v1'] } } } },
    ['spec.conversion.conversionReviewVersions: Forbidden: should not be set when strategy is not set to Webhook'],
  ],
  [
    'no approval in a group of Kubernetes',
    { metadata: { name: 'things.x.k8s.io' }, spec: { group: 'x.k8s.io' } },
    [
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ],
  [
    'a stored version that it does not have',
    { status: { storedVersions: ['v1', 'v0'] } },
    ['status.storedVersions[1]: Invalid value: "v0": must appear in spec.versions'],
  ],
])('a definition may have %s', (_what, parts, causes) => {
  expect(faults(parts)).toEqual(causes);
});

it('a definition that was taken without approval may stay so', () => {
  const parts = { metadata: { name: 'things.x.k8s.io' }, spec: { group: 'x.k8s.io' } };
  expect(faults(parts, parts)).toEqual([]);
});

it('what objects hang on is not changed', () => {
  expect(faults({ spec: { scope: 'Cluster' } }, {})).toEqual([
    'spec.scope: Invalid value: "Cluster": field is immutable',
  ]);
});
