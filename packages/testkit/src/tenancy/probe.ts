/** A request that is tried as everybody. */
export interface Probe {
  /** What the line of the matrix is headed by: a route, or a resource and where it is. */
  readonly heading: string;
  /** Which of the requests under one heading it is: a verb. Empty where there is only one. */
  readonly verb: string;
  /** Whether it is meant to change something. */
  readonly changes: boolean;
  /** The request as one asker makes it; what it needs is there when this resolves. */
  readonly request: (asker: Asker) => Asked | Promise<Asked>;
}

/** Who tries. */
export interface Asker {
  /** `anonymous` or the name of a role. */
  readonly name: string;
  readonly token: string | undefined;
}

/** One request. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Asks for a WebSocket: the answer to the handshake counts, and a connection that was made is closed again. */
  readonly upgrade?: boolean;
  /** The answer goes on until somebody leaves: its head counts. */
  readonly endless?: boolean;
  /** Instead of the asker's own. */
  readonly token?: string;
}
