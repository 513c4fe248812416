import { dns1035Label, type StatusCause } from '@drover/api';
import { invalidValue, required } from './causes.js';

/** What is wrong with the versions of a review that a webhook takes: one of them has to be `spoken` here. */
export function reviewVersionCauses(versions: readonly string[], at: string, spoken: readonly string[]): StatusCause[] {
  const known = spoken.join(', ');
  if (versions.length === 0) return [required(at, `must specify one of ${known}`)];
  const found = versions.flatMap((version, index) => {
    if (versions.indexOf(version) < index) return [invalidValue(`${at}[${index}]`, version, 'duplicate version')];
    const why = dns1035Label(version);
    return why === undefined ? [] : [invalidValue(`${at}[${index}]`, version, why)];
  });
  if (!versions.some((version) => spoken.includes(version))) {
    found.push(invalidValue(at, versions, `must include at least one of ${known}`));
  }
  return found;
}
