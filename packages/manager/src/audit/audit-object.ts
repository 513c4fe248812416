import type { AuditObject } from './audit-event.js';

/** What a request is about, as far as its path says. */
export function objectOf(pathname: string): AuditObject {
  const [first, ...rest] = segmentsOf(pathname);
  if (first === 'k8s' && rest[0] === 'clusters') {
    const [, cluster = '', ...inner] = rest;
    return { cluster, ...kubernetesObject(inner) };
  }
  if (first === 'api' || first === 'apis') return { cluster: 'local', ...kubernetesObject([first, ...rest]) };
  if (first === 'v3' || first === 'v1') return { cluster: 'local', ...rancherObject(rest) };
  return { cluster: 'local' };
}

type Part = Omit<AuditObject, 'cluster'>;

/** `/api/v1/namespaces/NS/pods/NAME/exec`, `/apis/GROUP/VERSION/…`, and the other APIs of a cluster. */
function kubernetesObject([root, ...rest]: readonly string[]): Part {
  if (root !== 'api' && root !== 'apis') {
    const named = rest[0] === 'harvester' ? rest.slice(1) : rest;
    return root === 'v1' || root === 'v3' ? rancherObject(named) : {};
  }
  const [group = '', inside] = root === 'api' ? ['', rest.slice(1)] : [rest[0], rest.slice(2)];
  const [scope, namespace, resource, ...more] = inside;
  // A namespace has no resources but these two of its own.
  const within = scope === 'namespaces' && resource !== undefined && !['status', 'finalize'].includes(resource);
  if (within) return part({ group, namespace, resource, name: more[0], subresource: more.slice(1).join('/') });
  const [plural, name, ...sub] = inside;
  return part({ group, resource: plural, name, subresource: sub.join('/') });
}

/** `/v3/TYPE/ID`, `/v1/TYPE/NS/NAME`; ids may say a namespace: `c-m-abcdefgh:p-xyz12`. */
function rancherObject([resource, ...rest]: readonly string[]): Part {
  if (rest.length > 1) return part({ resource, namespace: rest[0], name: rest[1] });
  const [id] = rest;
  return part({ resource, ...(id === undefined ? {} : idParts(id)) });
}

/** An id of Rancher's own API as namespace and name. */
export function idParts(id: string): { readonly namespace?: string; readonly name: string } {
  const at = id.indexOf(':');
  return at < 0 ? { name: id } : { namespace: id.slice(0, at), name: id.slice(at + 1) };
}

const part = (fields: Readonly<Record<string, string | undefined>>): Part =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''));

function segmentsOf(pathname: string): string[] {
  return pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map(unescaped);
}

function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
