import type { Asker, Probe } from './probe.js';

/** What one request of one asker came to. */
export interface Tried {
  readonly probe: Probe;
  readonly asker: string;
  readonly status: number;
}

/** What whoever is not named gets: nobody without a token is let in, nobody else gets what they were not given. */
const expected = (asker: string): number => (asker === 'anonymous' ? 401 : 403);

/** A part of the document: under each heading, who got something else than a refusal. */
export function matrixPart(title: string, tried: readonly Tried[], askers: readonly Asker[]): string {
  const names = askers.map(({ name }) => name);
  const headings = new Map<string, Map<Probe, Map<string, number>>>();
  for (const { probe, asker, status } of tried) {
    const probes = headings.get(probe.heading) ?? new Map<Probe, Map<string, number>>();
    headings.set(probe.heading, probes);
    const answers = probes.get(probe) ?? new Map<string, number>();
    probes.set(probe, answers.set(asker, status));
  }
  // What is answered alike and stands one after the other is told once.
  const blocks: { headings: string[]; lines: string }[] = [];
  for (const [heading, probes] of headings) {
    const lines = linesOf(probes, names);
    const last = blocks.at(-1);
    if (last?.lines === lines) last.headings.push(heading);
    else blocks.push({ headings: [heading], lines });
  }
  const head = `# ${title}\n# Tried as ${names.join(', ')}.\n# Whoever is not named is refused: 401 anonymous, 403 everybody else.\n`;
  return [head, ...blocks.map(({ headings: all, lines }) => `${all.join('\n')}\n${lines}`)].join('\n');
}

function linesOf(probes: ReadonlyMap<Probe, ReadonlyMap<string, number>>, names: readonly string[]): string {
  const groups = new Map<string, string[]>();
  const verbs: string[] = [];
  for (const [{ verb }, answers] of probes) {
    verbs.push(verb);
    for (const status of [...new Set(answers.values())].sort()) {
      const who = names.filter((name) => answers.get(name) === status && status !== expected(name));
      if (who.length === 0) continue;
      const told = named(who, names);
      groups.set(told, [...(groups.get(told) ?? []), verb === '' ? String(status) : `${verb} ${status}`]);
    }
  }
  const lines = [...groups].map(([who, what]) => `  ${what.join(', ')}: ${who}\n`);
  return lines.length === 0 ? `  ${verbs.join(', ')}${verbs[0] === '' ? '' : ': '}nobody\n` : lines.join('');
}

function named(who: readonly string[], names: readonly string[]): string {
  const others = names.filter((name) => !who.includes(name));
  if (others.length === 0) return 'everybody, anonymous too';
  if (others.length === 1 && others[0] === 'anonymous') return 'everybody';
  const signedIn = others.filter((name) => name !== 'anonymous');
  if (others.includes('anonymous') && signedIn.length <= 4) return `everybody but ${signedIn.join(', ')}`;
  return who.join(', ');
}
