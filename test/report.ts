// From vitest's JSON report to the closing line of `npm test`: how many passed, failed and were skipped, and why.

import { relative } from 'node:path'

export interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numTotalTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

export interface Counts { readonly passed: number; readonly failed: number; readonly skipped: number; readonly notes: readonly string[] }

/** `code` is what vitest ended with; `root` the folder that file names are shown from. */
export function counts({ numPassedTests, numFailedTests, numTotalTests, testResults }: Report, code: number, root: string): Counts {
  // A file that breaks before its first test has no failed test to count, but it failed.
  const broken = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')).length
  const failed = numFailedTests + broken
  return {
    passed: numPassedTests, skipped: numTotalTests - numPassedTests - numFailedTests, notes: skips(testResults, root),
    failed: failed === 0 && code !== 0 ? 1 : failed, // an error outside of any test, or no test at all
  }
}

/** One line per file and reason; the reason is in the brackets that a skipped title carries. */
function skips(files: Report['testResults'], root: string): string[] {
  const reasons = new Map<string, number>()
  for (const file of files)
    for (const { status, fullName } of file.assertionResults)
      if (status !== 'passed' && status !== 'failed') {
        const where = `${relative(root, file.name)}: ${/\[skipped: (.*?)\]/.exec(fullName)?.[1] ?? `no reason given: ${fullName}`}`
        reasons.set(where, (reasons.get(where) ?? 0) + 1)
      }
  return [...reasons].map(([where, count]) => `skipped ${count} in ${where}`)
}

export const closingLine = ({ passed, failed, skipped }: Omit<Counts, 'notes'>): string => `${passed} passed, ${failed} failed, ${skipped} skipped`
