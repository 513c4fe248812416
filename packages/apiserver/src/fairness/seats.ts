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
  readonly seatsInUse: number;
}

/**
 * Whether a request of `level` that needs `seats` may begin: on seats of the level's own, else on such that other levels lend because
 * they do not use them. Seats that are lent out come back when what runs on them ends; meanwhile their owner begins on top of them,
 * so that it never waits for a borrower.
 */
export function hasSeats(level: SeatUse, seats: number, all: Iterable<SeatUse>): boolean {
  const { nominal, borrowing } = level.share;
  const beyond = level.seatsInUse + seats - nominal;
  if (beyond <= 0) return true;
  if (beyond > borrowing) return false;
  return freeSeats(level, all) >= Math.min(seats, beyond);
}

/** How many seats `level` may use in all at the moment: its own, what it has borrowed, and what it could borrow beside. */
export function currentLimit(level: SeatUse, all: Iterable<SeatUse>): number {
  const { nominal, borrowing } = level.share;
  const borrowed = Math.max(0, level.seatsInUse - nominal);
  return nominal + Math.min(borrowing, borrowed + Math.max(0, freeSeats(level, all)));
}

/** Seats that other levels lend and nobody has borrowed yet. */
function freeSeats(level: SeatUse, all: Iterable<SeatUse>): number {
  let free = 0;
  for (const other of all) {
    const { share, seatsInUse } = other;
    if (other !== level) free += Math.max(0, Math.min(share.lendable, share.nominal - seatsInUse));
    free -= Math.max(0, seatsInUse - share.nominal);
  }
  return free;
}
