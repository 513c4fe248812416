import { fromStatus, type Json, type KubeObject, type Status, type WatchEvent } from '@drover/api';
import { TransportError } from './transport.js';

/** No object is larger than this on the wire (etcd refuses 1.5 MiB; ours allows some more). */
const LINE_LIMIT = 16 * 1024 * 1024;

/** The JSON lines of a watch as events; an ERROR event ends it with the error it carries. */
export async function* watchEvents<T extends KubeObject>(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent<T>> {
  for await (const line of lines(body)) {
    const event = parseEvent<T>(line);
    if (event.type === 'ERROR') throw fromStatus(event.object.code, event.object);
    yield event;
  }
}

async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const text = rest + decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      if (end > from) yield text.slice(from, end);
      from = end + 1;
    }
    rest = text.slice(from);
    if (rest.length > LINE_LIMIT) throw new TransportError(`a watch event is longer than ${LINE_LIMIT} characters`);
  }
  // A line without its end was cut off: the connection broke, and the event will come again after the resume.
}

function parseEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  let event: Json;
  try {
    event = JSON.parse(line) as Json;
  } catch (cause) {
    throw new TransportError(`a watch event is no JSON: ${line.slice(0, 80)}`, { cause });
  }
  if (!isEvent(event)) throw new TransportError(`not a watch event: ${line.slice(0, 80)}`);
  return event as unknown as WatchEvent<T>;
}

const TYPES: readonly unknown[] = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'];

function isEvent(
  event: Json,
): event is { type: string; object: { metadata: { resourceVersion: string } } | { code: Status['code'] } } {
  if (typeof event !== 'object' || event === null || !('type' in event) || !TYPES.includes(event.type)) return false;
  const object = event.object;
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return false;
  if (event.type === 'ERROR') return 'code' in object && typeof object.code === 'number';
  const metadata = 'metadata' in object ? object.metadata : undefined;
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    'resourceVersion' in metadata &&
    typeof metadata.resourceVersion === 'string'
  );
}
