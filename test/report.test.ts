// The counts that everyone relies on must not be able to hide a failure.

import { expect, test } from 'vitest'
import { because } from './browser.ts'
import { closingLine, counts } from './report.ts'

const file = (name: string, status: string, ...tests: [status: string, fullName: string][]) =>
  ({ name: '/repository/test/' + name, status, assertionResults: tests.map(([status, fullName]) => ({ status, fullName })) })
const line = (report: Parameters<typeof counts>[0], code: number): string => closingLine(counts(report, code, '/repository'))

test('passed, failed and skipped add up to all', () => {
  const report = {
    numPassedTests: 3, numFailedTests: 1, numTotalTests: 7,
    testResults: [file('a.test.ts', 'failed', ['passed', 'a'], ['failed', 'b']), file('b.test.ts', 'passed', ['skipped', 'c'], ['pending', 'd'], ['todo', 'e'])],
  }
  expect(line(report, 1)).toBe('3 passed, 1 failed, 3 skipped')
})

test('a file that breaks before its first test counts as a failure', () => {
  const report = { numPassedTests: 1, numFailedTests: 0, numTotalTests: 1, testResults: [file('a.test.ts', 'passed', ['passed', 'a']), file('b.test.ts', 'failed')] }
  expect(line(report, 1)).toBe('1 passed, 1 failed, 0 skipped')
})

test('so does an error outside of all tests, and a run without any test', () => {
  const report = { numPassedTests: 1, numFailedTests: 0, numTotalTests: 1, testResults: [file('a.test.ts', 'passed', ['passed', 'a'])] }
  expect(line(report, 1)).toBe('1 passed, 1 failed, 0 skipped')
  expect(line(report, 0)).toBe('1 passed, 0 failed, 0 skipped')
  expect(line({ numPassedTests: 0, numFailedTests: 0, numTotalTests: 0, testResults: [] }, 1)).toBe('0 passed, 1 failed, 0 skipped')
})

test('what was skipped is told once per file and reason', () => {
  const title = because('the page', 'no Chromium')
  expect(because('the page', null)).toBe('the page')
  const report = {
    numPassedTests: 0, numFailedTests: 0, numTotalTests: 4,
    testResults: [file('a.test.ts', 'passed', ['skipped', title + ' opens'], ['skipped', title + ' closes'], ['todo', 'later']), file('b.test.ts', 'passed', ['skipped', title])],
  }
  expect(counts(report, 0, '/repository').notes.map((note) => note.replaceAll('\\', '/'))).toEqual([
    'skipped 2 in test/a.test.ts: no Chromium', 'skipped 1 in test/a.test.ts: no reason given: later', 'skipped 1 in test/b.test.ts: no Chromium',
  ])
})
