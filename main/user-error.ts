// What the system refuses, and what our own readers complain of, as sentences for the command line and for the page's bridge.

import { UserError } from '../renderer/user-error.ts'

export { Cancelled, UserError } from '../renderer/user-error.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  EISDIR: 'expected a file, got a folder',
  ENOTDIR: 'expected a folder on the way, got a file',
  EEXIST: 'something else has this name',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than the file system allows',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its symbolic links go in a circle',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EBUSY: 'it is in use',
  ETXTBSY: 'it is in use',
  EIO: 'the device failed to read or write',
  ERR_INVALID_ARG_VALUE: 'expected a file name without zero bytes',
}

/** The sentence for what the system refused (disk, permissions, names), or null where the error is not of that kind. */
export function systemSentence(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null
  const isSystem = 'syscall' in error || error.code === 'ERR_INVALID_ARG_VALUE'
  if (!isSystem) return null
  const path = 'dest' in error && typeof error.dest === 'string' ? error.dest
    : 'path' in error && typeof error.path === 'string' ? error.path : null
  return `${path === null ? '' : path + ': '}${reasons[error.code] ?? error.message} (${error.code})`
}

/** Runs `read` and turns what it says about bad data into a UserError; `where` goes in front of a sentence that lacks it. */
export function asked<T>(read: () => T, where = ''): T {
  try {
    return read()
  } catch (error) {
    throw complaint(error, where)
  }
}

/** The same for learning and factoring, which complain with RangeErrors only: anything else is a fault. */
export async function askedFor<T>(read: () => Promise<T>, where = ''): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw error instanceof RangeError ? complaint(error, where) : error
  }
}

function complaint(error: unknown, where: string): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error
  if (!(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)) return error
  const message = error.message.replace(/^tau([AS]):/, (_, which: string) => `--tau-${which.toLowerCase()}:`) // named in formulas, asked for as a flag
  return new UserError(where === '' || message.startsWith(where) ? message : `${where}: ${message}`)
}

/** What goes wrong while writing has no path of its own (the handle does not know it): this adds it. */
export async function at<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const sentence = systemSentence(error)
    throw sentence === null ? error : new UserError(sentence.includes(path) ? sentence : `${path}: ${sentence}`)
  }
}
