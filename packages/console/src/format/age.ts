const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** How long ago, as kubectl writes it: "42s", "5m", "3h12m", "2d", "1y40d". Times in ms since the epoch. */
export function age(then: number, now: number): string {
  const ms = Math.max(0, now - then);
  if (ms < 2 * MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < 3 * HOUR) return pair(ms, MINUTE, 'm', SECOND, 's', 10 * MINUTE);
  if (ms < 2 * DAY) return pair(ms, HOUR, 'h', MINUTE, 'm', 8 * HOUR);
  if (ms < 2 * YEAR) return pair(ms, DAY, 'd', HOUR, 'h', 8 * DAY);
  return pair(ms, YEAR, 'y', DAY, 'd', 8 * YEAR);
}

function pair(ms: number, unit: number, name: string, small: number, smallName: string, exactBelow: number): string {
  const whole = Math.floor(ms / unit);
  const rest = Math.floor((ms % unit) / small);
  return ms < exactBelow && rest > 0 ? `${whole}${name}${rest}${smallName}` : `${whole}${name}`;
}

/** When the next second, minute or hour changes the text of `age`, in ms from now. */
export function nextChange(then: number, now: number): number {
  const ms = Math.max(0, now - then);
  if (ms < 10 * MINUTE) return SECOND;
  return ms < 8 * HOUR ? MINUTE : HOUR;
}
