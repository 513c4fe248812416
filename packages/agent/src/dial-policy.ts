import { parseAddress } from '@drover/tunnel';

/**
 * Which addresses the server may have dialled: the cluster's API server, as the pod knows it, and what `rules` add
 * (`host:port`, a leading `*.` standing for one or more labels). Names are compared as they are written, before anything is
 * resolved, so that no answer of a DNS server can widen a rule.
 */
export function dialPolicy(apiAddress: string, rules: readonly string[]): (host: string, port: number) => boolean {
  const allowed = [apiAddress, ...rules].flatMap((rule) => {
    const anyLabels = rule.startsWith('*.');
    const address = parseAddress(anyLabels ? rule.slice(2) : rule);
    return address === undefined ? [] : [{ host: address.host.toLowerCase(), port: address.port, anyLabels }];
  });
  return (host, port) => {
    const name = host.toLowerCase().replace(/\.$/, '');
    return allowed.some(
      (rule) => rule.port === port && (rule.anyLabels ? name.endsWith(`.${rule.host}`) : name === rule.host),
    );
  };
}
