// Builds dist/: the modules, their declarations, and ONNX Runtime's WebAssembly beside them.
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');
const require = createRequire(import.meta.url);

await rm(dist, { recursive: true, force: true });
await mkdir(path.join(dist, 'ort'), { recursive: true });

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: false,
  legalComments: 'inline',
  logLevel: 'warning',
};
await build({
  ...shared,
  entryPoints: { 'vq-image': 'src/index.ts', worker: 'src/worker/worker.ts' },
  outdir: 'dist',
  splitting: true,
  chunkNames: 'chunk-[hash]',
  platform: 'browser',
  // ONNX Runtime's module that loads its WebAssembly from files beside it, not from inside this script.
  conditions: ['onnxruntime-web-use-extern-wasm'],
});
await build({ ...shared, entryPoints: { node: 'src/node.ts' }, outdir: 'dist', platform: 'node', external: ['onnxruntime-web'] });

execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' });

const ort = path.dirname(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
for (const name of ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']) {
  await cp(path.join(ort, name), path.join(dist, 'ort', name));
}
const { version } = JSON.parse(await readFile(path.join(ort, '..', 'package.json'), 'utf8'));
const notice = await readFile(path.join(root, 'scripts', 'notice-onnxruntime.txt'), 'utf8');
await writeFile(path.join(dist, 'THIRD-PARTY-NOTICES.txt'), notice.replace('VERSION', version));
