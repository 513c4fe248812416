import type { AccessRequest, Kind } from '@drover/api';

/** A request without the object that it is about: what a command takes, wherever it is given. */
export type Need = Omit<AccessRequest, 'namespace' | 'name'>;

/** The need to do something with objects of a kind, or to give an order that is a subresource of it. */
export const need = (verb: string, { group, plural }: Pick<Kind, 'group' | 'plural'>, subresource?: string): Need => ({
  verb,
  group,
  resource: plural,
  ...(subresource === undefined ? {} : { subresource }),
});

/** The need as a request about one object, or, without a name, about any in a place. */
export const at = (
  what: Need,
  { namespace, name }: { readonly namespace?: string | undefined; readonly name?: string | undefined },
): AccessRequest => ({
  ...what,
  ...(namespace === undefined ? {} : { namespace }),
  ...(name === undefined ? {} : { name }),
});

/** All the needs in each of the namespaces; of kinds without namespaces, and before one is known, everywhere. */
export const inEach = (needs: readonly Need[], namespaces: readonly string[]): readonly AccessRequest[] =>
  namespaces.length === 0 ? needs : namespaces.flatMap((namespace) => needs.map((each) => at(each, { namespace })));
