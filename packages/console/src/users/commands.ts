import { users } from '@drover/api';
import type { ClusterApi } from '../api/cluster-api.js';
import type { Command, Offer } from '../commands/command.js';
import { message } from '../i18n/message.js';
import type { Account } from './account.js';
import { CHANGE_USER } from './needs.js';

/** Something that is done to a user. */
export type UserCommand = Command<Account, ClusterApi>;

const unlessMe = ({ isMe, state }: Account): Offer =>
  isMe ? message('user.refused.me') : state.id === 'removing' ? message('user.refused.removing') : 'yes';

/** What is done to users by one order; the rest asks for more and has a page or dialog of its own. */
export const userCommands: readonly UserCommand[] = [
  {
    id: 'enable',
    title: 'user.command.enable',
    group: 'edit',
    bulk: true,
    needs: [CHANGE_USER],
    offer: ({ state }) => (state.id === 'disabled' ? 'yes' : 'hidden'),
    run: ({ id }, api) => api.mergePatch(users, { name: id }, { enabled: true }),
  },
  {
    id: 'disable',
    title: 'user.command.disable',
    group: 'edit',
    bulk: true,
    dangerous: true,
    needs: [CHANGE_USER],
    offer: (account) => (account.state.id === 'disabled' ? 'hidden' : unlessMe(account)),
    run: ({ id }, api) => api.mergePatch(users, { name: id }, { enabled: false }),
  },
];

/** Whether a user can be deleted: nobody deletes themselves. */
export const deleteUserOffer = unlessMe;
