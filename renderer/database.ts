// What is kept on this machine, in the browser's own databases. What is written is on the disk when its promise resolves, and is
// there whole or not at all. Nothing is sent anywhere.

export interface Stores<Name extends string> {
  all<Row>(store: Name): Promise<Row[]>
  get<Row>(store: Name, id: IDBValidKey): Promise<Row | undefined>
  put(store: Name, row: object): Promise<void>
  /** Under a number of its own, where the store counts. */
  add(store: Name, row: object): Promise<IDBValidKey>
  remove(store: Name, id: IDBValidKey): Promise<void>
}

const reason = (error: DOMException | null): string => error?.message || 'the browser gives no reason'

const answer = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(new Error(`What is kept on this machine could not be reached: ${reason(request.error)}`))
})

/** `missing`: what is said where the browser keeps nothing. */
export function storesOf<Name extends string>(
  name: string, stores: Readonly<Record<Name, IDBObjectStoreParameters>>, missing = 'This browser keeps nothing on this machine',
): Stores<Name> {
  let opened: Promise<IDBDatabase> | null = null
  function database(): Promise<IDBDatabase> {
    opened ??= new Promise((resolve, reject) => {
      if (typeof indexedDB === 'undefined') return reject(new Error(missing))
      const request = indexedDB.open(name, 1)
      request.onupgradeneeded = () => { for (const store of Object.keys(stores) as Name[]) request.result.createObjectStore(store, stores[store]) }
      answer(request).then((made) => {
        made.onclose = () => { opened = null } // the browser has cleared what it kept
        resolve(made)
      }, reject)
    })
    opened.catch(() => { opened = null }) // the next wish tries again
    return opened
  }

  async function within<T>(store: Name, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const transaction = (await database()).transaction(store, mode, { durability: 'strict' })
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(new Error(transaction.error?.name === 'QuotaExceededError'
        ? 'There is no room left on this machine' : `It could not be kept on this machine: ${reason(transaction.error)}`))
    })
    const [result] = await Promise.all([answer(work(transaction.objectStore(store))), done])
    return result
  }

  return {
    all: <Row>(store: Name) => within<Row[]>(store, 'readonly', (each) => each.getAll()),
    get: <Row>(store: Name, id: IDBValidKey) => within<Row | undefined>(store, 'readonly', (each) => each.get(id)),
    put: async (store, row) => { await within(store, 'readwrite', (each) => each.put(row)) },
    add: (store, row) => within(store, 'readwrite', (each) => each.add(row)),
    remove: async (store, id) => { await within(store, 'readwrite', (each) => each.delete(id)) },
  }
}
