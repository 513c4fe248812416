import type { WebhookClientConfig } from '@drover/api/types/admissionregistration-v1';

/** A Service whose port is called, and the path there (admissionregistration/v1 ServiceReference). */
export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** Whom a configuration has called: exactly one URL or Service, and the authorities its certificate is checked against. */
export interface ClientConfig {
  readonly target: { readonly url: URL } | { readonly service: ServicePort; readonly path: string };
  /** PEM; absent means the system's authorities. */
  readonly ca?: string | undefined;
}

const HTTPS = 443;

/** The `clientConfig` of an object that passed validation. */
export function clientConfig({ url, service, caBundle }: WebhookClientConfig): ClientConfig {
  const ca = caBundle === undefined || caBundle === '' ? undefined : Buffer.from(caBundle, 'base64').toString();
  if (service === undefined) return { target: { url: new URL(url ?? '') }, ca };
  const { namespace, name, port = HTTPS, path = '/' } = service;
  return { target: { service: { namespace, name, port }, path }, ca };
}

/** The name by which a Service's certificate is checked: the one that programs inside a cluster call it by. */
export function serviceHost({ name, namespace }: ServicePort): string {
  return `${name}.${namespace}.svc`;
}
