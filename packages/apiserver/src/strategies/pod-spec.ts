import { absent, type Fields, fieldsOf, inner, made, objectsIn } from './absent.js';
import { fillClaim } from './storage.js';

/** Mode of files made from Secrets and ConfigMaps: 0644 (core v1 defaults). */
const FILE_MODE = 0o644;

/** Fills a pod's spec, or a template's, as Kubernetes does (core v1 defaults.go, the common fields). */
export function fillPodSpec(spec: Fields | undefined): void {
  if (spec === undefined) return;
  absent(spec, 'restartPolicy', 'Always');
  absent(spec, 'dnsPolicy', 'ClusterFirst');
  absent(spec, 'terminationGracePeriodSeconds', 30);
  absent(spec, 'schedulerName', 'default-scheduler');
  absent(spec, 'securityContext', {});
  // Both names of the field are kept alike, for clients of either.
  if (spec['serviceAccountName'] !== undefined) spec['serviceAccount'] = spec['serviceAccountName'];
  else if (spec['serviceAccount'] !== undefined) spec['serviceAccountName'] = spec['serviceAccount'];
  for (const container of [...objectsIn(spec['containers']), ...objectsIn(spec['initContainers'])])
    fillContainer(container);
  for (const volume of objectsIn(spec['volumes'])) fillVolume(volume);
}

function fillContainer(container: Fields): void {
  absent(container, 'imagePullPolicy', pullPolicy(container['image']));
  absent(container, 'terminationMessagePath', '/dev/termination-log');
  absent(container, 'terminationMessagePolicy', 'File');
  const resources = made(container, 'resources');
  const limits = inner(resources, 'limits');
  if (limits !== undefined && resources !== undefined)
    resources['requests'] = { ...limits, ...fieldsOf(resources['requests']) };
  for (const port of objectsIn(container['ports'])) absent(port, 'protocol', 'TCP');
  for (const variable of objectsIn(container['env'])) {
    absent(inner(variable, 'valueFrom', 'fieldRef'), 'apiVersion', 'v1');
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = inner(container, name);
    absent(probe, 'timeoutSeconds', 1);
    absent(probe, 'periodSeconds', 10);
    absent(probe, 'successThreshold', 1);
    absent(probe, 'failureThreshold', 3);
    absent(inner(probe, 'httpGet'), 'scheme', 'HTTP');
    absent(inner(probe, 'httpGet'), 'path', '/');
  }
}

function fillVolume(volume: Fields): void {
  const said = Object.keys(volume).filter((field) => volume[field] !== undefined && volume[field] !== null);
  if (said.every((field) => field === 'name')) volume['emptyDir'] = {};
  for (const source of ['secret', 'configMap', 'projected', 'downwardAPI']) {
    absent(inner(volume, source), 'defaultMode', FILE_MODE);
  }
  absent(inner(volume, 'hostPath'), 'type', '');
  fillClaim(inner(volume, 'ephemeral', 'volumeClaimTemplate'));
  for (const source of objectsIn(inner(volume, 'projected')?.['sources'])) {
    absent(inner(source, 'serviceAccountToken'), 'expirationSeconds', 3600);
  }
}

/** Images without a tag, or with `latest`, may change behind their name. */
function pullPolicy(image: unknown): string {
  const text = typeof image === 'string' ? image : '';
  if (text.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(text)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}
