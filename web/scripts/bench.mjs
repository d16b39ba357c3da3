// Measures decoding and encoding of the drawn sample (768×512, quality 95) in Chromium, best of several runs: `npm run bench`.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const runs = Number(process.argv[2] ?? 5);
const folders = { '': path.join(root, 'build', 'demo'), models: path.join(root, '..', 'models') };
const isolating = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
console.log(`Chromium ${browser.version()}, milliseconds, best of ${runs}`);
for (const [name, headers] of [
  ['1 thread', {}],
  ['cross-origin isolated', isolating],
]) {
  const server = await serve(folders, 0, headers);
  for (const precision of ['fp32', 'int8']) {
    const page = await browser.newPage();
    await page.goto(server.address);
    const figures = await page.evaluate(
      async ([wanted, times]) => {
        const { VqModel } = await import('./vq-image/vq-image.js');
        const bitmap = await createImageBitmap(await (await fetch('sample.png')).blob());
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
        const context = canvas.getContext('2d');
        context.drawImage(bitmap, 0, 0);
        const picture = context.getImageData(0, 0, bitmap.width, bitmap.height);
        const clock = async (call) => {
          const begin = performance.now();
          const result = await call();
          return { result, time: performance.now() - begin };
        };
        const { result: model, time: load } = await clock(async () => {
          const loaded = await VqModel.load('models/photo/', { precision: wanted });
          await loaded.prepare();
          return loaded;
        });
        const best = { load, first: 0, indices: Infinity, decode: Infinity, encode: Infinity };
        let file;
        for (let i = 0; i < times; i++) {
          const encoded = await clock(() => model.encode(picture, { quality: 95 }));
          file = encoded.result;
          best.encode = Math.min(best.encode, encoded.time);
          best.indices = Math.min(best.indices, (await clock(() => model.decodeIndices(file))).time);
          const { time } = await clock(() => model.decode(file));
          best.first ||= time;
          best.decode = Math.min(best.decode, time);
        }
        return { bytes: file.length, ...best };
      },
      [precision, runs],
    );
    const whole = Object.entries(figures).map(([key, value]) => `${key} ${Math.round(value)}`);
    console.log(`${name}, ${precision}: ${whole.join(', ')}`);
    await page.close();
  }
  await server.close();
}
await browser.close();
