import { byAge, identity, type Manager, type Managers } from './managers.js';

/** So many entries for updates an object keeps, as in Kubernetes. */
const MAX_UPDATERS = 10;
/** Who answers for the updates of those that were too many. */
const ANCIENT = 'ancient-changes';

/** The managers with the oldest updaters of each version folded into one, so that they stay few. */
export function withoutAncient(managers: Managers): Managers {
  const updaters = [...managers.values()].filter(({ operation }) => operation === 'Update').sort(byAge);
  let tooMany = updaters.length - MAX_UPDATERS;
  if (tooMany <= 0) return managers;
  const kept = new Map(managers);
  const oldest = new Map<string, Manager>();
  for (const updater of updaters) {
    if (tooMany <= 0) break;
    const older = oldest.get(updater.apiVersion);
    if (older === undefined) {
      oldest.set(updater.apiVersion, updater);
      continue;
    }
    kept.delete(identity(older));
    kept.delete(identity(updater));
    const folded: Manager = {
      ...updater,
      manager: ANCIENT,
      subresource: '',
      fields: older.fields.union(updater.fields),
    };
    kept.set(identity(folded), folded);
    oldest.set(updater.apiVersion, folded);
    tooMany -= 1;
  }
  return kept;
}
