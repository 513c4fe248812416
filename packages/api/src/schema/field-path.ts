/** A field, an index, or the key of an entry whose keys are data. */
export type Step = string | number | { readonly key: string };

/** Where in an object something is, one step deeper or back at a time; text only when somebody asks. */
export class FieldPath {
  readonly #steps: Step[];

  constructor(...steps: Step[]) {
    this.#steps = steps;
  }

  push(step: Step): void {
    this.#steps.push(step);
  }

  pop(): void {
    this.#steps.pop();
  }

  get depth(): number {
    return this.#steps.length;
  }

  /** `spec.disks[0].name`, `spec.labels[app]`; `last` is one step further. */
  toString(last?: Step): string {
    const steps = last === undefined ? this.#steps : [...this.#steps, last];
    return steps.reduce<string>((text, step) => {
      if (typeof step === 'number') return `${text}[${step}]`;
      if (typeof step === 'object') return `${text}[${step.key}]`;
      return text === '' ? step : `${text}.${step}`;
    }, '');
  }
}
