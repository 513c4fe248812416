/** Memory at one moment, in bytes. */
export interface Sample {
  readonly heapUsed: number;
  readonly rss: number;
}

const MiB = 1024 * 1024;
/** By how much memory may differ between the first and the last part of a run: caches fill, and pages are given back late. */
const LIMITS: Sample = { heapUsed: 48 * MiB, rss: 160 * MiB };
/** The share of a run that warms up, and the one that is compared on either side. */
const WARM = 0.2;
const PART = 0.2;

/** A sentence for each kind of memory that grew from after the start to the end; none for a run too short to tell. */
export function growth(samples: readonly Sample[]): string[] {
  const part = Math.floor(samples.length * PART);
  if (part === 0) return [];
  const warm = Math.floor(samples.length * WARM);
  const [early, late] = [samples.slice(warm, warm + part), samples.slice(-part)];
  return (['heapUsed', 'rss'] as const).flatMap((kind) => {
    const more = least(late, kind) - least(early, kind);
    if (more <= LIMITS[kind]) return [];
    return [`${kind} grew by ${Math.round(more / MiB)} MiB to ${Math.round(least(late, kind) / MiB)} MiB`];
  });
}

/** What is always held: between two collections of garbage, memory is anywhere above it. */
const least = (samples: readonly Sample[], kind: keyof Sample): number =>
  Math.min(...samples.map((sample) => sample[kind]));
