/** Counters and gauges in Prometheus' text form; labels have few values. */
export class Metrics {
  readonly #counters = new Map<string, number>();
  readonly #read: {
    readonly type: 'gauge' | 'counter';
    readonly name: string;
    readonly help: string;
    readonly read: () => number;
  }[] = [];

  /** One more answered request. */
  answered(words: string, status: number): void {
    const key = `drover_http_requests_total{api="${words}",code="${Math.floor(status / 100)}xx"}`;
    this.#counters.set(key, (this.#counters.get(key) ?? 0) + 1);
  }

  /** Something that is read when somebody asks. */
  gauge(name: string, help: string, read: () => number): void {
    this.#read.push({ type: 'gauge', name, help, read });
  }

  /** The same of something that only grows. */
  counter(name: string, help: string, read: () => number): void {
    this.#read.push({ type: 'counter', name, help, read });
  }

  text(): string {
    const lines = ['# HELP drover_http_requests_total Answered requests.', '# TYPE drover_http_requests_total counter'];
    for (const [key, value] of this.#counters) lines.push(`${key} ${value}`);
    for (const { type, name, help, read } of this.#read) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name} ${read()}`);
    }
    return `${lines.join('\n')}\n`;
  }
}
