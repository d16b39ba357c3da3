// Runs the built tests with Node's runner: all of them, or those whose file names contain one of the arguments. With TEST_RESULTS set also into that file, as TAP.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(path.join(root, 'build', 'test'))
  .filter((name) => name.endsWith('.test.mjs') && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
  .map((name) => path.join('build', 'test', name));
if (files.length === 0) {
  console.error('no test file has such a name');
  process.exit(1);
}
const reporters = ['--test-reporter=spec', '--test-reporter-destination=stdout'];
if (process.env.TEST_RESULTS) {
  reporters.push('--test-reporter=tap', `--test-reporter-destination=${path.resolve(process.env.TEST_RESULTS)}`);
}
const { status } = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...reporters, ...files], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
