import { type Message, message } from '../i18n/message.js';
import { SHORTEST_PASSWORD } from './session.js';

/** What is wrong with a new password, by the server's own rules; length counts characters, not bytes. */
export function passwordFaults({
  username,
  current,
  next,
  again,
}: {
  username: string;
  current: string;
  next: string;
  again: string;
}): { next?: Message; again?: Message } {
  const fault = (): Message | undefined => {
    if ([...next].length < SHORTEST_PASSWORD) return message('password.fault.short', { least: SHORTEST_PASSWORD });
    if (next === username) return message('password.fault.username');
    if (next === current) return message('password.fault.same');
    return undefined;
  };
  const wrong = fault();
  return {
    ...(wrong === undefined ? {} : { next: wrong }),
    ...(next === again ? {} : { again: message('password.fault.differ') }),
  };
}
