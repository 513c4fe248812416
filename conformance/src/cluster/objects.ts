import type { JsonObject } from '@drover/api';

/** A ConfigMap: the kind that nothing but the API itself has an opinion about. */
export const configMap = (name: string, data: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

/** A Deployment of one container, `app`, that asks for no Pods. */
export const deployment = (name: string, containers: readonly JsonObject[] = [container('app')]): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers } },
  },
});

/** A container of a Pod. */
export const container = (name: string, more: JsonObject = {}): JsonObject => ({ name, image: `${name}:1`, ...more });

/** A Pod that no node will ever take. */
export const pod = (name: string, metadata: JsonObject = {}, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { containers: [container('app')], ...spec },
});

/** A Service without a selector. */
export const service = (name: string, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ name: 'web', port: 80 }], ...spec },
});
