import type { PolicyRule } from '@drover/api';

/** Every verb. */
export const ALL = '*';
/** The verbs of who only looks. */
export const READ = 'get list watch';
/** The verbs of who does everything with single objects, but not with whole collections. */
export const CRUD = 'create delete get list patch update watch';

/** As `CRUD`, with whole collections, and without the verbs that let somebody act as others (`*` has those). */
export const CHANGE = `${CRUD} deletecollection`;

/** A rule of one API group; resources and verbs are words separated by spaces. */
export const rule = (apiGroup: string, resources: string, verbs: string): PolicyRule => ({
  apiGroups: [apiGroup],
  resources: resources.split(' '),
  verbs: verbs.split(' '),
});

/** As `rule`, for named objects alone. */
export const named = (apiGroup: string, resources: string, names: string, verbs: string): PolicyRule => ({
  ...rule(apiGroup, resources, verbs),
  resourceNames: names.split(' '),
});

/** A rule of Rancher's own management kinds. */
export const management = (resources: string, verbs: string): PolicyRule =>
  rule('management.cattle.io', resources, verbs);

/** Each object and each path, with each verb. */
export const EVERYTHING: readonly PolicyRule[] = [rule('*', '*', ALL), { nonResourceURLs: ['*'], verbs: ['*'] }];
