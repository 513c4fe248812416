import { describe, expect, it } from 'vitest';
import { readAgentParams } from './connect.js';

const pem = Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n').toString('base64');
const header = (cluster: unknown): string => Buffer.from(JSON.stringify({ cluster })).toString('base64');
const good = { address: '10.53.0.1:443', token: 'eyJ', caCert: pem };

describe('what an agent tells of its cluster', () => {
  it('is an address, a token and an authority', () => {
    expect(readAgentParams(header(good))).toMatchObject({ address: '10.53.0.1:443', caCert: pem });
    expect(readAgentParams(header({ ...good, address: '[fd00::1]:6443' }))?.address).toBe('[fd00::1]:6443');
  });

  it.each([
    ['nothing', ''],
    ['no base64 of JSON', 'x'],
    ['a list', Buffer.from('[]').toString('base64')],
    ['no cluster', Buffer.from('{}').toString('base64')],
    ['a node', Buffer.from('{"node":{}}').toString('base64')],
    ['an address without a port', header({ ...good, address: '10.53.0.1' })],
    ['an address with a path', header({ ...good, address: '10.53.0.1:443/x' })],
    ['an address with credentials', header({ ...good, address: 'a@b:443' })],
    ['an address with a line end', header({ ...good, address: 'a:443\r\nX: y' })],
    ['a port that is none', header({ ...good, address: 'a:99999' })],
    ['no token', header({ ...good, token: '' })],
    ['no certificate', header({ ...good, caCert: 'AAAA' })],
  ])('is refused when it is %s', (_, text) => expect(readAgentParams(text)).toBeUndefined());
});
