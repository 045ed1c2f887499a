/**
 * The three `Reflect` metadata calls that the certificate library's container asks for at import, kept in a WeakMap.
 * Must be imported before `@peculiar/x509`. Leaves a fuller polyfill alone when one is already there.
 */
type MetadataStore = Map<unknown, unknown>;

const stores = new WeakMap<object, MetadataStore>();

function defineMetadata(key: unknown, value: unknown, target: object): void {
  const store = stores.get(target) ?? new Map<unknown, unknown>();
  store.set(key, value);
  stores.set(target, store);
}

function getOwnMetadata(key: unknown, target: object): unknown {
  return stores.get(target)?.get(key);
}

function getMetadata(key: unknown, target: object): unknown {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const store = stores.get(at);
    if (store?.has(key)) return store.get(key);
  }
  return undefined;
}

if (!('getMetadata' in Reflect)) Object.assign(Reflect, { defineMetadata, getOwnMetadata, getMetadata });
