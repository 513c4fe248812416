import type { RandomBytes } from '@drover/kit';

/** A random address for a network card: unicast, locally administered (IEEE 802), so that it belongs to no vendor. */
export function generateMacAddress(random: RandomBytes): string {
  const bytes = Uint8Array.from(random(6));
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** The addresses a machine had before, by network card: annotation `harvesterhci.io/mac-address`. Unreadable ones count as none. */
export function rememberedAddresses(annotation: string | undefined): Readonly<Record<string, string>> {
  try {
    const parsed: unknown = JSON.parse(annotation ?? '{}');
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(
      Object.entries(parsed).flatMap(([name, mac]: [string, unknown]) =>
        typeof mac === 'string' && mac !== '' ? [[name, mac]] : [],
      ),
    );
  } catch {
    return {};
  }
}
