import { ensure } from '../bootstrap/ensure.js';
import type { ResourceCatalog } from '../catalog/catalog.js';
import type { Controller } from '../controllers/controller.js';
import { ReconcileLoop } from '../controllers/reconcile-loop.js';
import { API_SERVICES } from './aggregated-apis.js';
import { AUTOMANAGED, definedApiService } from './local-api-services.js';

/** Keeps an APIService for each group version that definitions bring, as long as they do. */
export function definitionRegistration(catalog: ResourceCatalog): Controller {
  return (context) => {
    const { objects } = context;
    const reconcile = async (name: string): Promise<void> => {
      const wanted = served(catalog).get(name);
      if (wanted !== undefined) return ensure(objects, API_SERVICES, definedApiService(wanted.group, wanted.version));
      const present = objects.get(API_SERVICES, { name });
      if (present?.metadata.labels?.[AUTOMANAGED] === 'true') await objects.delete(API_SERVICES, { name });
    };
    const loop = new ReconcileLoop({ ...context, name: 'definition-registration', reconcile });
    const look = (): void => {
      for (const name of served(catalog).keys()) if (!objects.get(API_SERVICES, { name })) loop.add(name);
      for (const { metadata } of objects.list(API_SERVICES)) {
        if (metadata.labels?.[AUTOMANAGED] === 'true') loop.add(metadata.name);
      }
    };
    const subscription = catalog.subscribe(look);
    look();
    return {
      async [Symbol.asyncDispose]() {
        subscription[Symbol.dispose]();
        await loop[Symbol.asyncDispose]();
      },
    };
  };
}

/** The group versions of definitions, by the names of their APIServices. */
function served(catalog: ResourceCatalog): Map<string, { readonly group: string; readonly version: string }> {
  const found = new Map<string, { readonly group: string; readonly version: string }>();
  for (const { builtin, group, versions } of catalog.definitions()) {
    if (builtin) continue;
    for (const { name, served } of versions) if (served) found.set(`${name}.${group}`, { group, version: name });
  }
  return found;
}
