/** The two consoles of a machine. */
export type ConsoleKind = 'vnc' | 'serial';

/** The address of a console in a window of its own. */
export const consolePath = (cluster: string, namespace: string, name: string, kind: ConsoleKind): string =>
  `/dashboard/console/${[cluster, namespace, name, kind].map(encodeURIComponent).join('/')}`;

/** Opens a console in a window of its own; asked for again, the same window comes to the front. */
export function openConsole(cluster: string, namespace: string, name: string, kind: ConsoleKind): void {
  window.open(
    consolePath(cluster, namespace, name, kind),
    `${kind} ${cluster} ${namespace} ${name}`,
    'popup,width=1100,height=800',
  );
}
