// Builds build/demo/: a folder that any web server can serve. The model's folder is to be served beside it, as models/photo/.
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const demo = path.join(root, 'build', 'demo');
await rm(demo, { recursive: true, force: true });
await cp(path.join(root, 'dist'), path.join(demo, 'vq-image'), { recursive: true, filter: (source) => !source.endsWith('types') && !source.endsWith('node.js') });
for (const name of ['index.html', 'demo.css', 'icon.svg', 'sample.png']) {
  await cp(path.join(root, 'demo', name), path.join(demo, name));
}
await build({
  absWorkingDir: root,
  entryPoints: ['demo/demo.ts'],
  outfile: 'build/demo/demo.js',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  logLevel: 'warning',
  plugins: [
    {
      // The page takes the package as it is published, from files beside it.
      name: 'published-package',
      setup({ onResolve }) {
        onResolve({ filter: /^\.\.\/src\/index\.js$/ }, () => ({ path: './vq-image/vq-image.js', external: true }));
      },
    },
  ],
});
