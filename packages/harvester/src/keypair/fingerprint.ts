import { createHash } from 'node:crypto';

const TYPES = [
  'ssh-rsa',
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
];

/**
 * The fingerprint of an OpenSSH public key as Harvester shows it: MD5 in hexadecimal pairs (RFC 4716), not a security
 * property here but a name people compare.
 *
 * @throws TypeError with a sentence when the text is no public key.
 */
export function fingerprint(publicKey: string): string {
  const [type = '', encoded = ''] = publicKey.trim().split(/\s+/);
  if (publicKey.includes('PRIVATE KEY')) throw new TypeError('this is a private key; paste the public one');
  if (/[\r\n]/.test(publicKey.trim())) throw new TypeError('expected one public key on one line');
  if (!TYPES.includes(type)) throw new TypeError(`"${type.slice(0, 40)}" is not a type of OpenSSH public key`);
  const blob = Buffer.from(encoded, 'base64');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) || !namesItself(blob, type)) {
    throw new TypeError(`the text after "${type}" is not a key of that type`);
  }
  return (createHash('md5').update(blob).digest('hex').match(/../g) ?? []).join(':');
}

/** A key begins with its own type as an SSH string (RFC 4253), and more strings that fill it exactly. */
function namesItself(blob: Buffer, type: string): boolean {
  const strings: Buffer[] = [];
  let at = 0;
  while (at + 4 <= blob.length) {
    const end = at + 4 + blob.readUInt32BE(at);
    strings.push(blob.subarray(at + 4, end));
    if (end > blob.length) return false;
    at = end;
  }
  // The security-key types end in flags some tools write as a byte.
  return at === blob.length && strings.length >= 2 && strings[0]?.toString('latin1') === type;
}
