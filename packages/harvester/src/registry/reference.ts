/** An image's name taken apart, as containerd's reference parser does it. */
export interface ImageReference {
  /** Registry host with port, `docker.io` when the name has none. */
  readonly host: string;
  /** Repository path in the registry: `library/debian`, `rancher/rancher-agent`. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The reference in an image's name, or `undefined` when it is none; `latest` where neither tag nor digest is given. */
export function parseReference(image: string): ImageReference | undefined {
  const [name = '', digest, ...more] = image.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hosted = first === 'localhost' || /[.:]/.test(first) || /[A-Z]/.test(first);
  const host = hosted ? first : 'docker.io';
  const path = hosted ? name.slice(slash + 1) : name;
  const colon = path.lastIndexOf(':');
  const repository = colon < 0 ? path : path.slice(0, colon);
  const tag = colon < 0 ? undefined : path.slice(colon + 1);
  if (!HOST.test(host) || !REPOSITORY.test(repository) || repository.length > 255) return undefined;
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  return {
    host,
    repository: host === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository,
    tag: tag ?? (digest === undefined ? 'latest' : undefined),
    digest,
  };
}

/** The whole name, as containerd writes it in its messages: `docker.io/library/debian:12`. */
export function canonical({ host, repository, tag, digest }: ImageReference): string {
  return `${host}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
