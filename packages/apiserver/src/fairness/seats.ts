/** How many seats a level has, lends and may borrow. */
export interface SeatShare {
  /** Its own, by its share of the server's. */
  readonly nominal: number;
  /** Of its own, those that others may use while it does not. */
  readonly lendable: number;
  /** Of others', those that it may use. */
  readonly borrowing: number;
}

/** A level's share, and how much of it is used. */
export interface SeatUse {
  readonly share: SeatShare;
  readonly executing: number;
}

/**
 * Whether one more request of `level` may begin: on a seat of its own, else on one that another level lends because it does not use
 * it. Seats that are lent out come back when what runs on them ends; meanwhile their owner begins on top of them, so that it never
 * waits for a borrower.
 */
export function hasSeat(level: SeatUse, all: Iterable<SeatUse>): boolean {
  if (level.executing < level.share.nominal) return true;
  if (level.executing - level.share.nominal >= level.share.borrowing) return false;
  let free = 0;
  for (const { share, executing } of all) {
    free += Math.max(0, Math.min(share.lendable, share.nominal - executing));
    free -= Math.max(0, executing - share.nominal);
  }
  return free > 0;
}
