const WRITES = new Set(['POST', 'PUT', 'PATCH']);
/**
 * A namespace, its subresources or the collection, in the Kubernetes API, and in Steve's with or without Harvester's prefix. Steve finds
 * a type by its plural and by its id, in any case (rancher/apiserver, `LookupSchema`).
 */
const NAMESPACES = /^\/(api\/v1|v1(\/harvester)?)\/namespaces?(\/[^/]+(\/(status|finalize))?)?$/i;

/** Whether a request writes a namespace, by which that could change its project. In doubt it does. */
export function writesNamespace(method: string, path: string): boolean {
  if (!WRITES.has(method.toUpperCase())) return false;
  const [pathname = ''] = path.split('?', 1);
  let plain: string;
  try {
    plain = decodeURIComponent(pathname);
  } catch {
    return true;
  }
  // However a server reads these: what is no plain path is not let through in the hope that it is something else.
  if (/(^|\/)\.{1,2}(\/|$)|[%\\;]/.test(plain)) return true;
  return NAMESPACES.test(plain.replace(/\/+/g, '/').replace(/(.)\/$/, '$1'));
}
