import { dnsSubdomain, invalidTyped, required, type StatusCause } from '@drover/api';
import type { WebhookClientConfig } from '@drover/api/types/admissionregistration-v1';

const FORM = '; desired format: https://host[/path]';

/** What is wrong with whom a configuration has called: it has to be one HTTPS URL, or one port of a Service. */
export function clientConfigCauses(config: WebhookClientConfig, at: string): StatusCause[] {
  const { url, service } = config;
  if ((url === undefined) === (service === undefined)) {
    return [required(at, 'exactly one of url or service is required')];
  }
  return url === undefined ? serviceCauses(config, `${at}.service`) : urlCauses(url, `${at}.url`);
}

function urlCauses(text: string, at: string): StatusCause[] {
  if (!URL.canParse(text)) return [required(at, `url must be a valid URL: ${JSON.stringify(text)}${FORM}`)];
  const url = new URL(text);
  const causes: StatusCause[] = [];
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== 'https') causes.push(invalidTyped(at, scheme, `'https' is the only allowed URL scheme${FORM}`));
  if (url.host === '') causes.push(invalidTyped(at, '', `host must be provided${FORM}`));
  if (url.username !== '' || url.password !== '') {
    causes.push(invalidTyped(at, userOf(url), 'user information is not permitted in the URL'));
  }
  if (url.hash !== '') causes.push(invalidTyped(at, url.hash.slice(1), 'fragments are not permitted in the URL'));
  if (url.search !== '') {
    causes.push(invalidTyped(at, url.search.slice(1), 'query parameters are not permitted in the URL'));
  }
  return causes;
}

function serviceCauses({ service }: WebhookClientConfig, at: string): StatusCause[] {
  const { name = '', namespace = '', path, port = 443 } = service ?? {};
  const causes: StatusCause[] = [];
  if (name === '') causes.push(required(`${at}.name`, 'service name is required'));
  if (namespace === '') causes.push(required(`${at}.namespace`, 'service namespace is required'));
  if (port < 1 || port > 65_535) {
    const why = 'port is not valid: must be between 1 and 65535, inclusive';
    causes.push(invalidTyped(`${at}.port`, port, why));
  }
  return path === undefined ? causes : [...causes, ...pathCauses(path, `${at}.path`)];
}

function pathCauses(path: string, at: string): StatusCause[] {
  if (path === '' || path === '/') return [];
  if (path === '//') return [invalidTyped(at, path, 'segment[0] may not be empty')];
  const causes = path.startsWith('/') ? [] : [invalidTyped(at, path, "must start with a '/'")];
  const steps = path.slice(1).replace(/\/$/, '').split('/');
  for (const [index, step] of steps.entries()) {
    const why = step === '' ? undefined : dnsSubdomain(step);
    if (step === '') causes.push(invalidTyped(at, path, `segment[${index}] may not be empty`));
    else if (why !== undefined) causes.push(invalidTyped(at, path, `segment[${index}]: ${why}`));
  }
  return causes;
}

function userOf({ username, password }: URL): string {
  return password === '' ? username : `${username}:${password}`;
}
