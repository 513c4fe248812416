import { declareKind, type ObjectOf } from '../schema/declared-kind.js';
import { flag, freeForm, list, map, object, text } from '../schema/field.js';

/** management.cattle.io/v3 UserAttribute: what sign-ins tell about the user of the same name. Some of its fields are capitalised on the wire. */
export const userAttributes = declareKind({
  group: 'management.cattle.io',
  version: 'v3',
  kind: 'UserAttribute',
  plural: 'userattributes',
  namespaced: false,
  statusSubresource: false,
  fields: {
    UserName: text(),
    GroupPrincipals: map(object({ Items: list(freeForm()) })),
    LastRefresh: text(),
    NeedsRefresh: flag(),
    ExtraByProvider: map(map(list(text()))),
    lastLogin: text(),
    disableAfter: text(),
    deleteAfter: text(),
  },
});

/** An object of `userAttributes`. */
export type UserAttribute = ObjectOf<typeof userAttributes>;
