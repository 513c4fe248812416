/**
 * How long ago, as kubectl words it: two units while they say something, one later (apimachinery util/duration).
 * `seconds` may be negative by a clock's difference; what lies further ahead is `<invalid>`.
 */
export function formatDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < -1) return '<invalid>';
  if (whole < 0) return '0s';
  if (whole < 120) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 10) return two(minutes, 'm', whole % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return two(days, 'd', hours % 24, 'h');
  const years = Math.floor(days / 365);
  if (years < 2) return `${days}d`;
  return years < 8 ? two(years, 'y', days % 365, 'd') : `${years}y`;
}

/** The age of something made at `timestamp` (RFC 3339), at `now` in milliseconds since the Unix epoch. */
export function formatAge(timestamp: string | null | undefined, now: number): string {
  if (timestamp === undefined || timestamp === null || timestamp === '') return '<unknown>';
  const then = Date.parse(timestamp);
  return Number.isNaN(then) ? '<invalid>' : formatDuration((now - then) / 1000);
}

const two = (large: number, unit: string, small: number, part: string): string =>
  small === 0 ? `${large}${unit}` : `${large}${unit}${small}${part}`;
