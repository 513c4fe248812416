export { type Backoff, delayMs } from './backoff.js';
export { Bounded } from './bounded.js';
export type { Branded } from './brand.js';
export { canonicalQuantity } from './canonical-quantity.js';
export { type Clock, FakeClock, systemClock } from './clock.js';
export { Closing } from './closing.js';
export { type Gathered, gather } from './gather.js';
export { connectionOptions, isHopByHop } from './hop-by-hop.js';
export { createLog, type Fields, type Level, type Log, silentLog } from './log.js';
export {
  formatBytes,
  formatMillis,
  parseMillis,
  parseNanos,
  parseUnits,
  QuantityError,
  sameQuantity,
} from './quantity.js';
export { formatAmount } from './quota-amount.js';
export { drawnAhead, NAME_ALPHABET, type RandomBytes, randomFraction, randomText } from './random.js';
export { readAsStream } from './read-as-stream.js';
export { Secret } from './secret.js';
export { unreachable } from './unreachable.js';
