import { dns1035Label, invalidTyped, required, type StatusCause } from '@drover/api';

/** What is wrong with the versions of a review that a webhook takes: one of them has to be `spoken` here. */
export function reviewVersionCauses(versions: readonly string[], at: string, spoken: readonly string[]): StatusCause[] {
  const known = spoken.join(', ');
  if (versions.length === 0) return [required(at, `must specify one of ${known}`)];
  const found = versions.flatMap((version, index) => {
    if (versions.indexOf(version) < index) return [invalidTyped(`${at}[${index}]`, version, 'duplicate version')];
    const why = dns1035Label(version);
    return why === undefined ? [] : [invalidTyped(`${at}[${index}]`, version, why)];
  });
  if (!versions.some((version) => spoken.includes(version))) {
    found.push(invalidTyped(at, versions, `must include at least one of ${known}`));
  }
  return found;
}
