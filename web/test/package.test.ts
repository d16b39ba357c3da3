import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { packageRoot } from './support.js';

const read = (name: string): string => readFileSync(path.join(packageRoot, name), 'utf8');

test('the package holds what its users need, and nothing else', () => {
  const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: packageRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }];
  const names = files.map((file) => file.path);
  for (const needed of [
    'LICENSE',
    'README.md',
    'package.json',
    'dist/vq-image.js',
    'dist/worker.js',
    'dist/node.js',
    'dist/types/index.d.ts',
    'dist/ort/ort-wasm-simd-threaded.wasm',
    'dist/ort/ort-wasm-simd-threaded.mjs',
    'dist/THIRD-PARTY-NOTICES.txt',
  ]) {
    assert.ok(names.includes(needed), `${needed} is missing`);
  }
  const others = names.filter((name) => !/^(dist\/.*|LICENSE|README\.md|package\.json)$/.test(name));
  assert.deepEqual(others, []);
});

test('the lock file names no registry, and versions are exact', () => {
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
  assert.deepEqual(
    Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined),
    [],
  );
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  for (const version of [...Object.values(dependencies!), ...Object.values(devDependencies!)]) {
    assert.match(version, /^\d+\.\d+\.\d+$/);
  }
});

test("the page's own script is small: ONNX Runtime is not in it", () => {
  assert.ok(statSync(path.join(packageRoot, 'dist', 'vq-image.js')).size < 20_000);
  const scripts = readdirSync(path.join(packageRoot, 'dist')).filter((name) => name.endsWith('.js'));
  assert.ok(scripts.length > 2);
});

test('the module for Node works as published', async () => {
  const { VqModel, readInfo } = (await import(path.join(packageRoot, 'dist', 'node.js'))) as typeof import('../src/index.js');
  const folder = path.join(packageRoot, '..', 'models', 'photo');
  const model = await VqModel.load((name) => Promise.resolve(new Uint8Array(readFileSync(path.join(folder, name)))));
  const data = new Uint8ClampedArray(4 * 40 * 24).fill(180);
  const bytes = await model.encode({ width: 40, height: 24, data: data.map((value, i) => (i % 4 === 3 ? 255 : value)) }, { quality: 60 });
  assert.deepEqual([readInfo(bytes).width, readInfo(bytes).gray], [40, true]);
  const { width, height, data: back } = await model.decode(bytes);
  assert.deepEqual([width, height], [40, 24]);
  assert.ok(Math.abs(back[0]! - 180) < 10);
});
