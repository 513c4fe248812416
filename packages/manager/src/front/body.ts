import type { IncomingMessage } from 'node:http';
import { isJsonObject, type JsonObject } from '@drover/api';
import { NormanError } from '../norman/norman-error.js';

/** Bodies of our own API are small documents; Rancher's public ones have the same limit. */
export const BODY_LIMIT = 1024 * 1024;
/** Deeper documents are nobody's, except somebody's who hopes for a stack overflow. */
const DEPTH_LIMIT = 64;

/** What requests carried, for as long as they last. */
const parsedBodies = new WeakMap<IncomingMessage, JsonObject>();

/** The object that `readObject` has read from a request, if it did. */
export const parsedBody = (request: IncomingMessage): JsonObject | undefined => parsedBodies.get(request);

/**
 * The JSON object a request carries; an absent body is an empty one.
 *
 * @throws NormanError InvalidBodyContent for anything but an object, or for too many bytes or levels.
 */
export async function readObject(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The request is refused, not cut off, when it is too long: its sender is to read why.
  const incoming: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of incoming) {
    size += chunk.byteLength;
    if (size > BODY_LIMIT) throw new NormanError('InvalidBodyContent', `the body is longer than ${BODY_LIMIT} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8').trim();
  if (text === '') return {};
  if (depthOf(text) > DEPTH_LIMIT)
    throw new NormanError('InvalidBodyContent', `the body nests deeper than ${DEPTH_LIMIT} levels`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new NormanError('InvalidBodyContent', 'the body is no JSON');
  }
  if (!isJsonObject(parsed)) throw new NormanError('InvalidBodyContent', 'the body must be a JSON object');
  parsedBodies.set(request, parsed);
  return parsed;
}

/**
 * A text field of a body.
 *
 * @throws NormanError when it is there and no text.
 */
export function textField(body: JsonObject, fieldName: string): string | undefined {
  const value = body[fieldName];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new NormanError('InvalidFormat', `${fieldName} must be text`, { fieldName });
  return value;
}

/** A text field that must be there and not be empty. */
export function requiredText(body: JsonObject, fieldName: string): string {
  const value = textField(body, fieldName);
  if (value === undefined || value === '')
    throw new NormanError('MissingRequired', `${fieldName} is required`, { fieldName });
  return value;
}

/** A field that maps names to texts (labels, annotations). */
export function textMapField(body: JsonObject, fieldName: string): Record<string, string> {
  const value = body[fieldName];
  if (value === undefined || value === null) return {};
  if (!isJsonObject(value)) throw new NormanError('InvalidFormat', `${fieldName} must be an object`, { fieldName });
  const map: Record<string, string> = {};
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry !== 'string')
      throw new NormanError('InvalidFormat', `${fieldName}.${key} must be text`, { fieldName });
    map[key] = entry;
  }
  return map;
}

/** The greatest number of brackets open at once, counted before anything recursive reads the text. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}
