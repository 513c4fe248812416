import { type ApiRequest, type ApiResponse, type Attributes, type Authorize, forbidden } from '@drover/api';
import type { GuardedStream } from '../auth/guarded-stream.js';

/** What a path handler has asked of RBAC and was granted: a transfer goes on for as long as all of it holds. */
export class Granted {
  readonly #granted: Attributes[] = [];

  constructor(private readonly decide: Authorize) {}

  /** As RBAC says, noted where it says yes. */
  readonly authorize: Authorize = (wanted) => {
    const decision = this.decide(wanted);
    if (decision.allowed) this.#granted.push(wanted);
    return decision;
  };

  /** Whether `decide` still grants it all. */
  holds(decide: Authorize): boolean {
    return this.#granted.every((wanted) => decide(wanted).allowed);
  }
}

/** A request whose body breaks off when the stream ends, and whose answer is carried by it. */
export async function transferred(
  request: ApiRequest,
  stream: GuardedStream,
  handle: (request: ApiRequest) => Promise<ApiResponse>,
): Promise<ApiResponse> {
  stream.endWith(request.signal);
  try {
    const { body } = request;
    const answer = await handle({ ...request, signal: stream.signal, body: until(body, stream.signal) });
    if (!(answer.body instanceof Uint8Array)) return { ...answer, body: stream.carrying(answer.body) };
    stream.end();
    return answer;
  } catch (error) {
    stream.end();
    throw error;
  }
}

async function* until(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  let breakOff = (): void => {};
  signal.addEventListener('abort', () => breakOff(), { once: true });
  for (;;) {
    if (signal.aborted) throw takenAway();
    const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
      breakOff = () => reject(takenAway());
      chunks.next().then(resolve, reject);
    });
    if (next.done === true) return;
    yield next.value;
  }
}

const takenAway = (): Error =>
  forbidden(
    { group: '', plural: 'transfers' },
    '',
    'the right to this transfer has been taken away, or it was given up',
  );
