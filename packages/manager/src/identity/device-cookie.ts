import { createHmac } from 'node:crypto';
import type { RandomBytes } from '@drover/kit';
import { sameText } from './token-key.js';

/** The cookie by which a browser is known again that somebody has signed in with. */
export const DEVICE_COOKIE = 'DROVER_DEVICE';
const DAYS = 90;

/**
 * Browsers that a user has signed in with before, known by a cookie that only this process can make. Guesses from elsewhere do not slow
 * such a browser down (the device cookies of owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies). It proves
 * nothing else: the password is asked all the same. The key lives as long as the process, and so does what is counted against guesses.
 */
export class DeviceCookies {
  readonly #key: Uint8Array;

  constructor(private readonly random: RandomBytes) {
    this.#key = random(32);
  }

  /** A `Set-Cookie` for a browser in which `user` has just signed in. */
  setCookie(user: string): string {
    const id = Buffer.from(this.random(12)).toString('hex');
    const value = `${id}.${this.#proof(user, id)}`;
    return `${DEVICE_COOKIE}=${value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=${DAYS * 86_400}`;
  }

  /** The browser's own id, if `user` has signed in with it before. */
  read(user: string | undefined, cookie: string | undefined): string | undefined {
    const [id = '', proof = ''] = cookie?.split('.') ?? [];
    const known = sameText(proof, this.#proof(user ?? '', id));
    return known && user !== undefined ? id : undefined;
  }

  #proof(user: string, id: string): string {
    return createHmac('sha256', this.#key).update(`${user} ${id}`).digest('hex');
  }
}
