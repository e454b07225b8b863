// Where a session is kept on this machine while nobody saves it: the browser's own database, apart from that of the presets.
// What is written is on the disk when its promise resolves, and is there whole or not at all.

const DATABASE = 'winnow-sessions'
/** By id: the work of each window, and what was opened lately. */
export type Store = 'autosaves' | 'recent'
const STORES: readonly Store[] = ['autosaves', 'recent']

const reason = (error: DOMException | null): string => error?.message || 'the browser gives no reason'

const answer = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result)
  request.onerror = () => reject(new Error(`What is kept on this machine could not be reached: ${reason(request.error)}`))
})

let opened: Promise<IDBDatabase> | null = null
function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    if (typeof indexedDB === 'undefined') return reject(new Error('This browser keeps nothing on this machine'))
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => { for (const name of STORES) request.result.createObjectStore(name, { keyPath: 'id' }) }
    answer(request).then((made) => {
      made.onclose = () => { opened = null } // the browser has cleared what it kept
      resolve(made)
    }, reject)
  })
  opened.catch(() => { opened = null }) // the next wish tries again
  return opened
}

async function within<T>(store: Store, mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await database()).transaction(store, mode, { durability: 'strict' })
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(new Error(transaction.error?.name === 'QuotaExceededError'
      ? 'There is no room left on this machine' : `It could not be kept on this machine: ${reason(transaction.error)}`))
  })
  const [result] = await Promise.all([answer(work(transaction.objectStore(store))), done])
  return result
}

export const all = <Row>(store: Store): Promise<Row[]> => within<Row[]>(store, 'readonly', (each) => each.getAll())
export const get = <Row>(store: Store, id: string): Promise<Row | undefined> => within<Row | undefined>(store, 'readonly', (each) => each.get(id))
export const put = async (store: Store, row: { readonly id: string }): Promise<void> => { await within(store, 'readwrite', (each) => each.put(row)) }
export const remove = async (store: Store, id: string): Promise<void> => { await within(store, 'readwrite', (each) => each.delete(id)) }
