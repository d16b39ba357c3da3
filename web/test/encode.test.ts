import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { encodeIndices, kindOf, writeFile } from '../src/codec/encoder.js';
import { decodePixels } from '../src/codec/pixels.js';
import { haloOf } from '../src/codec/reach.js';
import { Graph } from '../src/codec/runtime.js';
import type { Codec } from '../src/codec/codec.js';
import { readInfo, type VqInfo } from '../src/format/header.js';
import { Layout } from '../src/format/layout.js';
import { bytesOf, drawn, openModel, photoModel, psnr, random } from './support.js';

const command = process.env.VQCODEC;

describe('encoder', () => {
  let codec: Codec;
  let folder: string;
  before(async () => {
    codec = await openModel(photoModel);
    folder = mkdtempSync(path.join(tmpdir(), 'vq-image-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The command decodes the file, to the indices that this package decodes it to. */
  function checkWithCommand(bytes: Uint8Array, name: string): void {
    if (command === undefined) {
      return;
    }
    const file = path.join(folder, `${name}.vq`);
    writeFileSync(file, bytes);
    const options = { stdio: 'pipe' as const, encoding: 'utf8' as const };
    execFileSync(command, ['verify', file, '--model', photoModel], options);
    execFileSync(command, ['decompress', file, path.join(folder, `${name}.png`), '--model', photoModel], options);
  }

  const cases = [
    { name: 'colour', width: 150, height: 101, quality: 90 },
    { name: 'grey', width: 64, height: 40, quality: 70, gray: true },
    { name: 'alpha', width: 90, height: 66, quality: 95, alpha: true },
    { name: 'grey with alpha', width: 33, height: 17, quality: 40, alpha: true, gray: true },
    { name: 'one pixel', width: 1, height: 1, quality: 1 },
    { name: 'tiles', width: 1040, height: 40, quality: 60 },
  ];
  for (const { name, width, height, quality, alpha = false, gray = false } of cases) {
    test(`${name}: the file decodes to the picture${command === undefined ? '' : ', and vqcodec takes it'}`, async () => {
      const image = drawn(width, height, { alpha, gray });
      const bytes = await codec.encode(image, { quality });
      const info = readInfo(bytes);
      assert.deepEqual(
        [info.version, info.width, info.height, info.alpha, info.gray, info.entropy, info.tileSize],
        [1, width, height, alpha, gray || width === 1 ? info.gray : false, info.entropy, width > 1024 ? 512 : 1024],
      );
      const back = await codec.decode(bytes);
      if (alpha) {
        assert.ok(back.data.every((value, i) => i % 4 !== 3 || value === image.data[i]));
      } else {
        const quality = psnr(image.data, back.data);
        assert.ok(quality > (width === 1 ? 10 : 18), `${quality} dB`);
      }
      checkWithCommand(bytes, name.replaceAll(' ', '-'));
    });
  }

  test('qualities rise in size and PSNR, others are refused', async () => {
    const image = drawn(192, 128);
    const results = [];
    for (const quality of [10, 50, 90]) {
      const bytes = await codec.encode(image, { quality });
      results.push({ size: bytes.length, psnr: psnr(image.data, (await codec.decode(bytes)).data) });
    }
    assert.ok(results[0]!.size < results[1]!.size && results[1]!.size < results[2]!.size, JSON.stringify(results));
    assert.ok(results[0]!.psnr < results[1]!.psnr && results[1]!.psnr < results[2]!.psnr, JSON.stringify(results));
    for (const quality of [0, 101, 1.5, NaN]) {
      await assert.rejects(codec.encode(image, { quality }), RangeError);
    }
    await assert.rejects(codec.encode({ ...image, width: 191 }), RangeError);
  });

  test('blocks that coding would make larger are raw, in one tile and in several', async () => {
    const { planes, id } = codec.manifest;
    const next = random(17);
    const tables = await codec['entropyTables']();
    for (const [width, height, tileSize] of [
      [48, 48, 1024],
      [150, 70, 64],
    ] as const) {
      const info: VqInfo = { version: 1, width, height, alpha: false, gray: false, modelId: id, ratePoint: 2, stages: 5, tileSize, entropy: 'dense', sections: false, rawBitmap: false };
      const layout = new Layout(planes, 5, info);
      const made = planes.map(({ name }, p) => {
        const columns = layout.columnsOf(p);
        const rows = layout.rowsOf(p);
        // Stages of noise, which no model expects, and stages of one code.
        const stages = Array.from({ length: layout.stagesOf(p) }, (_, s) => Uint16Array.from({ length: columns * rows }, () => (s % 2 === 0 ? 256 * next() : 3)));
        return { name, columns, rows, stages };
      });
      const bytes = await writeFile(info, planes, made, tables!.dense(2), undefined, () => undefined);
      assert.deepEqual([readInfo(bytes).entropy, readInfo(bytes).rawBitmap], ['dense', true]);
      assert.deepEqual((await codec.decodeIndices(bytes)).planes, made);
      checkWithCommand(bytes, `raw-${tileSize}`);
    }
  });

  test('windows give what the whole image gives', async () => {
    const { manifest } = codec;
    const image = drawn(352, 208);
    const level = manifest.levels![94]!;
    const info: VqInfo = { ...readInfo(await codec.encode(drawn(16, 16))), width: 352, height: 208, ratePoint: level.ratePoint, stages: level.stages, alpha: false, gray: false };
    const layout = new Layout(manifest.planes, level.stages, info);
    const halo = haloOf(manifest.spec, 16)!;
    const done = (): undefined => undefined;
    const encoder = await Graph.open(bytesOf(photoModel, 'encoder.onnx'), {});
    const whole = await encodeIndices(encoder, image, kindOf(image), layout, level, halo.encoder, done);
    const windows = await encodeIndices(encoder, image, kindOf(image), layout, level, halo.encoder, done, 64);
    let same = 0;
    let all = 0;
    whole.forEach((plane, p) => plane.stages.forEach((stage, s) => stage.forEach((index, i) => ((all += 1), (same += index === windows[p]!.stages[s]![i] ? 1 : 0)))));
    // Sums of floats in another order: a tie may fall the other way, and takes the later stages of its position along.
    assert.ok(same >= 0.995 * all, `${same} of ${all} indices are the same`);
    const decoder = await Graph.open(bytesOf(photoModel, 'decoder.onnx'), {});
    const a = await decodePixels(decoder, whole, info, layout, halo.decoder, undefined, done);
    const b = await decodePixels(decoder, whole, info, layout, halo.decoder, undefined, done, 64);
    const worst = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
    assert.ok(worst <= 1, `pixels differ by ${worst}`);
    // With less around them they differ, so that the above says something.
    const c = await decodePixels(decoder, whole, info, layout, 0, undefined, done, 64);
    assert.ok(a.some((value, i) => Math.abs(value - c[i]!) > 1));
  });

  test('calls end when they are cancelled, and the next one runs', async () => {
    const bytes = await codec.encode(drawn(256, 192), { quality: 90 });
    const controller = new AbortController();
    const cancelled = codec.decode(bytes, { signal: controller.signal, onProgress: () => controller.abort() });
    const next = codec.decode(bytes);
    await assert.rejects(cancelled, { name: 'AbortError' });
    assert.equal((await next).width, 256);
    await assert.rejects(codec.decode(bytes, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  });
});
