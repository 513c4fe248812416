/** Where in an object something is, one step deeper or back at a time; text only when somebody asks. */
export class FieldPath {
  readonly #steps: (string | number)[];

  constructor(...steps: (string | number)[]) {
    this.#steps = steps;
  }

  push(step: string | number): void {
    this.#steps.push(step);
  }

  pop(): void {
    this.#steps.pop();
  }

  get depth(): number {
    return this.#steps.length;
  }

  /** `spec.disks[0].name`; `last` is one step further. */
  toString(last?: string | number): string {
    const steps = last === undefined ? this.#steps : [...this.#steps, last];
    return steps.reduce<string>((text, step) => {
      if (typeof step === 'number') return `${text}[${step}]`;
      return text === '' ? step : `${text}.${step}`;
    }, '');
  }
}
