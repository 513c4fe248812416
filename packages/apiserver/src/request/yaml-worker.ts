import { parentPort } from 'node:worker_threads';
import { ApiError, readYaml } from '@drover/api';
import type { YamlReply } from './yaml-thread.js';

// The thread that reads long YAML: what it takes to find out what such a text says holds up nobody else.
if (!parentPort) throw new Error('this file is started as a worker thread by yaml-thread');
const port = parentPort;

port.on('message', (body: Uint8Array) => {
  const reply = replyTo(body);
  port.postMessage(reply, 'json' in reply ? [reply.json.buffer as ArrayBuffer] : []);
});

function replyTo(body: Uint8Array): YamlReply {
  try {
    const { value, duplicates } = readYaml(body);
    return { json: new TextEncoder().encode(JSON.stringify(value)), duplicates };
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason === 'Unknown') throw error;
    return { reason: error.reason, message: error.message };
  }
}
