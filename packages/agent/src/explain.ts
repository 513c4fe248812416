import { TunnelRefused } from '@drover/tunnel';

/** What an admin can do about a failure code of a connection. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOTFOUND: "the server's name does not resolve in this cluster; check its DNS",
  EAI_AGAIN: "the server's name cannot be resolved right now; check this cluster's DNS",
  ECONNREFUSED: 'nothing listens at that address; check that the server runs and that its port is right',
  ETIMEDOUT: 'no answer; check routes and firewalls between this cluster and the server',
  EHOSTUNREACH: 'there is no route to the server; check routes and firewalls',
  ENETUNREACH: 'there is no route to the server; check routes and firewalls',
  ECONNRESET: 'the connection was cut; check for a proxy or load balancer that does not let WebSockets pass',
  CERT_HAS_EXPIRED: "the server's certificate has expired; renew it there",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another name; check the setting server-url",
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "the server's certificate is not signed by the CA that this agent trusts; apply the import manifest anew",
  SELF_SIGNED_CERT_IN_CHAIN:
    "the server's certificate is not signed by the CA that this agent trusts; apply the import manifest anew",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the server's certificate is not signed by the CA that this agent trusts, or its chain is incomplete; apply the import manifest anew",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "the server's certificate chain is incomplete, or its CA is not the one that this agent trusts; apply the import manifest anew",
};

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'the server did not understand the registration; its version and that of this agent may not fit',
  401: 'the server does not know this registration token: the cluster was deleted there or its token was replaced; apply the current import manifest',
  403: 'the server does not let this cluster connect',
  404: 'there is no tunnel endpoint at that address; check CATTLE_SERVER and any load balancer in between',
  502: 'a proxy in between cannot reach the server',
  503: 'the server is not ready; this agent tries again',
};

/** A failure as a sentence that says what to look at. */
export function explain(error: unknown): string {
  if (error instanceof TunnelRefused) {
    const advice = REFUSALS[error.status];
    return advice === undefined ? error.message : `${error.message} (${advice})`;
  }
  if (!(error instanceof Error)) return String(error);
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const advice = 'code' in cause && typeof cause.code === 'string' ? ADVICE[cause.code] : undefined;
    if (advice !== undefined) return `${error.message} (${advice})`;
  }
  return error.message;
}
