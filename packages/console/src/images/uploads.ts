import { fromStatus } from '@drover/api';
import { clusterRoot } from '../api/cluster-api.js';
import { Unreachable } from '../api/http.js';

/** An upload under way, or ended. */
export interface Upload {
  /** `cluster/namespace/name` of the image. */
  readonly id: string;
  readonly displayName: string;
  readonly sent: number;
  readonly size: number;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly error?: unknown;
}

/** Which image a file is for. */
export interface UploadTarget {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly displayName: string;
}

/** The part of XMLHttpRequest that is used: `fetch` cannot tell how much has left. */
export interface Sender {
  send(request: {
    url: string;
    headers: Readonly<Record<string, string>>;
    body: FormData;
    onProgress: (sent: number) => void;
    onDone: (status: number, text: string) => void;
    onError: () => void;
  }): { abort(): void };
}

/** Ended uploads that are kept to be shown; the oldest are forgotten. */
const KEPT = 20;

/**
 * The uploads of this tab. They go on while the person looks at other pages, and end with the tab: the bytes are in the
 * browser. The file is streamed by the browser, never read into memory here.
 */
export class Uploads {
  #uploads: readonly Upload[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #running = new Map<string, { abort(): void }>();

  constructor(
    private readonly sender: Sender,
    private readonly csrf: () => string | undefined,
  ) {}

  readonly snapshot = (): readonly Upload[] => this.#uploads;

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Sends a file to the image; resolves when the server has all of it, or the upload ended otherwise. */
  start({ cluster, namespace, name, displayName }: UploadTarget, file: File): Promise<Upload['state']> {
    const id = `${cluster}/${namespace}/${name}`;
    const path = ['v1', 'harvester', 'harvesterhci.io.virtualmachineimages', namespace, name].map(encodeURIComponent);
    const body = new FormData();
    body.append('chunk', file);
    const csrf = this.csrf();
    this.#put({ id, displayName, sent: 0, size: file.size, state: 'running' });
    return new Promise((resolve) => {
      const end = (part: Pick<Upload, 'state'> & { error?: unknown }): void => {
        this.#running.delete(id);
        this.#change(id, part);
        resolve(part.state);
      };
      const request = this.sender.send({
        url: `${clusterRoot(cluster)}/${path.join('/')}?action=upload&size=${file.size}`,
        headers: { 'File-Size': String(file.size), ...(csrf === undefined ? {} : { 'X-API-CSRF': csrf }) },
        body,
        onProgress: (sent) => this.#change(id, { sent: Math.min(sent, file.size) }),
        onDone: (status, text) => {
          if (status >= 200 && status < 300) end({ state: 'done' });
          else end({ state: 'failed', error: fromStatus(status, jsonOr(text)) });
        },
        onError: () => end({ state: 'failed', error: new Unreachable('the upload was cut off') }),
      });
      this.#running.set(id, {
        abort: () => {
          request.abort();
          end({ state: 'cancelled' });
        },
      });
    });
  }

  /** Stops sending; the server then marks the image as failed. */
  cancel(id: string): void {
    this.#running.get(id)?.abort();
  }

  /** Whether closing the tab would lose something. */
  get busy(): boolean {
    return this.#running.size > 0;
  }

  #put(upload: Upload): void {
    this.#uploads = [...this.#uploads.filter(({ id }) => id !== upload.id), upload].slice(-KEPT);
    this.#tell();
  }

  #change(id: string, part: Partial<Upload>): void {
    this.#uploads = this.#uploads.map((upload) => (upload.id === id ? { ...upload, ...part } : upload));
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Sends with XMLHttpRequest. */
export const xhrSender: Sender = {
  send({ url, headers, body, onProgress, onDone, onError }) {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => onDone(request.status, request.responseText);
    request.onerror = onError;
    request.send(body);
    return { abort: () => request.abort() };
  },
};
