import { users } from '@drover/api';
import { LOCAL } from '../api/cluster-api.js';
import type { Offer } from '../commands/command.js';
import { need } from '../rights/needs.js';
import type { Rights } from '../rights/rights.js';
import { useOffers } from '../rights/useOffers.js';
import { useRights } from '../rights/useRights.js';

/** What changing a user takes: also to disable it, and to set its password. */
export const CHANGE_USER = need('update', users);
/** What deleting one takes. */
export const DELETE_USER = need('delete', users);

const NEEDS = [CHANGE_USER, DELETE_USER];

/** What the signed-in user may do with users. */
export const useUserRights = (): Rights => useRights(LOCAL, NEEDS);

/** Whether the signed-in user can make users. */
export const useCreateUserOffer = (): Offer => useOffers(LOCAL, [need('create', users)])[0] ?? 'hidden';
