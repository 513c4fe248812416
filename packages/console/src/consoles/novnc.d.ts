/** The part of noVNC that is used (https://github.com/novnc/noVNC/blob/master/docs/API.md); it ships no types. */
declare module '@novnc/novnc' {
  class RFB extends EventTarget {
    constructor(target: HTMLElement, url: string, options?: { shared?: boolean });
    scaleViewport: boolean;
    background: string;
    focus(): void;
    disconnect(): void;
    /** Presses (`true`), releases (`false`), or presses and releases a key (absent). */
    sendKey(keysym: number, code: string | null, down?: boolean): void;
  }
  export = RFB;
}
