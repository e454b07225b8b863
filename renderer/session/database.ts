// Where a session is kept on this machine while nobody saves it, and what was opened lately: apart from the presets.

import { storesOf } from '../database.ts'

/** By id: the work of each window, and what was opened lately. */
export const { all, get, put, remove } = storesOf('winnow-sessions', { autosaves: { keyPath: 'id' }, recent: { keyPath: 'id' } })
