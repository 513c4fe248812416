/** The sizes that keep one session from growing, and what happens when one is reached. Sizes in bytes, times in ms. */
export interface TunnelLimits {
  /** A longer WebSocket message ends the session. Peers of the Go library send what one Write was given: 32 KiB as a rule. */
  readonly message: number;
  /** More streams at once are refused: our own dials fail, the far side's get an ERROR. */
  readonly streams: number;
  /** A stream that holds this much although the far side was told to pause is ended. */
  readonly streamBuffer: number;
  /** When the streams of a session together hold more than this, they pause at once, at `RESUME_BELOW`. */
  readonly sessionBuffer: number;
  /** Frames other than DATA that wait for a far side that does not read; one more ends the session. */
  readonly waiting: number;
  /** Bytes that wait for a far side that pings and does not read; more ends the session. */
  readonly unread: number;
  /** Sessions for one client key; one more ends the oldest. An agent that reconnects leaves a dead one behind for a minute. */
  readonly sessions: number;
}

/** Generous for every legitimate peer; each bound is stated at its field. */
export const defaultLimits: TunnelLimits = {
  message: 4 * 1024 * 1024,
  streams: 1024,
  streamBuffer: 16 * 1024 * 1024,
  sessionBuffer: 32 * 1024 * 1024,
  waiting: 10_000,
  unread: 16 * 1024 * 1024,
  sessions: 16,
};

/** A reader with more than this unread sends PAUSE, as upstream's does. */
export const PAUSE_ABOVE = 2 * 1024 * 1024;

/** A reader that gets this much more although it sent PAUSE sends it again. */
export const PAUSE_AGAIN_AFTER = 512 * 1024;

/** A paused reader with less than this unread sends RESUME. */
export const RESUME_BELOW = 256 * 1024;

/** The longest payload of a DATA frame that we send: the turn that one stream has before the next one's. */
export const DATA_LIMIT = 32 * 1024;

/** A session whose far side sends no ping and no pong for this long is over. */
export const READ_DEADLINE_MS = 60_000;

/** How often the dialling end pings. */
export const PING_EVERY_MS = 5_000;

/** How often the dialling end tells which streams it knows. */
export const SYNC_EVERY_MS = 60_000;

/** A stream younger than this may be unknown to the far side only because its CONNECT is under way. */
export const SYNC_GRACE_MS = 30_000;
