import { isIP } from 'node:net';
import { ApiError } from '@drover/api';

/** A webhook that was not reached, or that answered nothing that counts. The message is a sentence without its subject. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
}

/** What certificates are refused for, by Node's code, in the words operators know from Kubernetes. */
const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate has expired or is not yet valid',
  CERT_NOT_YET_VALID: 'certificate has expired or is not yet valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate signed by unknown authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate signed by unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate signed by unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate signed by unknown authority',
};

/** Answers without a `Status`, by their code (apimachinery NewGenericServerResponse). */
const ANSWERS: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  413: 'the server responded with the status code 413 but did not return more information',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
};

/** Why no answer came from `url`. */
export function noAnswer(url: string, error: unknown): CallFailed {
  return new CallFailed(`Post "${url}": ${reason(error)}`, { cause: error });
}

/** Why an answer with this code does not count; `body` is what it said. */
export function refusedAnswer(code: number, body: string): CallFailed {
  const known = code === 403 ? body.trim().slice(0, 300) || 'forbidden' : ANSWERS[code];
  if (known !== undefined) return new CallFailed(known);
  if (code < 500)
    return new CallFailed(`the server responded with the status code ${code} but did not return more information`);
  const said = body.trim().slice(0, 300);
  return new CallFailed(`an error on the server (${JSON.stringify(said)}) has prevented the request from succeeding`);
}

function reason(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  const { code, address, port, hostname, message } = error as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
    readonly hostname?: string;
  };
  if (code === undefined) return message;
  const certificate = CERTIFICATE[code];
  if (certificate !== undefined) return `tls: failed to verify certificate: x509: ${certificate}`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `tls: failed to verify certificate: x509: certificate is ${validity(error)}`;
  }
  if (code === 'ECONNREFUSED') return `dial tcp ${address}:${port}: connect: connection refused`;
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${hostname}: no such host`;
  if (code === 'ECONNRESET') return 'EOF';
  return message;
}

/** Whom a certificate is for, and who was wanted. */
function validity(error: unknown): string {
  const { host = '', cert } = error as { readonly host?: string; readonly cert?: { readonly subjectaltname?: string } };
  const names = [...(cert?.subjectaltname ?? '').matchAll(isIP(host) === 0 ? /DNS:([^,]+)/g : /IP Address:([^,]+)/g)];
  const list = names.map(([, name]) => name).join(', ');
  const wanted = host.replace(/\.$/, '');
  return list === '' ? `not valid for any names, but wanted to match ${wanted}` : `valid for ${list}, not ${wanted}`;
}
