/** What a program that starts a server or a lab waits for. */
export interface Ready {
  readonly ready: 'server' | 'lab';
  readonly url: string;
  readonly dataDir: string;
  /** The administrator's kubeconfig of the embedded cluster. */
  readonly kubeconfig: string;
  readonly caFile: string;
  readonly pid: number;
}

/** The ready line: one line of JSON on standard output. */
export const readyLine = (ready: Ready): string => JSON.stringify(ready);
