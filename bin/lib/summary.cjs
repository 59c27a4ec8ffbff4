// summary.cjs <report>: prints "N passed, N failed" from the test runner's JSON report; ends with 1 unless tests ran and all
// of them passed. A test file that could not be loaded counts as one failure.
"use strict"

const { readFileSync } = require("node:fs")

const count = (report) => {
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed")
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length }
}

const read = () => {
  try {
    return count(JSON.parse(readFileSync(process.argv[2], "utf8")))
  } catch {
    return { passed: 0, failed: 0 }
  }
}

const { passed, failed } = read()
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = passed > 0 && failed === 0 ? 0 : 1
