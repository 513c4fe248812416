import type { en } from './en.js';

type Leaves<T> = {
  [K in keyof T & string]: T[K] extends string ? Singular<K> : `${K}.${Leaves<T[K]>}`;
}[keyof T & string];
type Singular<K extends string> = K extends `${infer Base}_${'one' | 'other'}` ? Base : K;

/** The name of a text in the resource file. */
export type MessageKey = Leaves<typeof en>;

/** A text that is still to be put into the reader's language: what pure code returns instead of English. */
export interface Message {
  readonly key: MessageKey;
  readonly values?: Readonly<Record<string, string | number>>;
}

/** A `Message` in one expression. */
export const message = (key: MessageKey, values?: Message['values']): Message =>
  values === undefined ? { key } : { key, values };
