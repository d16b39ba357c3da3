import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { decodePixels } from '../src/codec/pixels.js';
import { haloOf } from '../src/codec/reach.js';
import { Graph } from '../src/codec/runtime.js';
import type { VqInfo } from '../src/format/header.js';
import { Layout } from '../src/format/layout.js';
import { bytesOf, goldenFolder, openModel, random } from './support.js';

/** Of each network family that has a golden model: what a window needs around it is known exactly. */
describe('windows of golden models', () => {
  for (const name of ['klt', 'planes', 'scales']) {
    test(`${name}: windows give what the whole image gives, and with less around them they do not`, async () => {
      const folder = path.join(goldenFolder, 'models', name);
      const { manifest } = await openModel(folder);
      const { planes, id, spec } = manifest;
      const stages = Math.max(...planes.map((plane) => plane.stages));
      const [width, height] = [320, 160];
      const info: VqInfo = { version: 1, width, height, alpha: false, gray: false, modelId: id, ratePoint: 0, stages, tileSize: 1024, entropy: 'raw', sections: false, rawBitmap: false };
      const layout = new Layout(planes, stages, info);
      const next = random(19);
      const indices = planes.map((plane, p) => ({
        name: plane.name,
        columns: layout.columnsOf(p),
        rows: layout.rowsOf(p),
        stages: Array.from({ length: plane.stages }, () => Uint16Array.from({ length: layout.columnsOf(p) * layout.rowsOf(p) }, () => plane.codes * next())),
      }));
      const stride = Math.max(...planes.map((plane) => plane.stride));
      const halo = haloOf(spec, stride)!.decoder;
      const graph = await Graph.open(bytesOf(folder, 'decoder.onnx'), {});
      const decode = (around: number, side?: number): Promise<Uint8ClampedArray> => decodePixels(graph, indices, info, layout, around, undefined, () => undefined, side);
      const whole = await decode(halo);
      const worst = (other: Uint8ClampedArray): number => whole.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0);
      assert.ok(worst(await decode(halo, 64)) <= 1);
      assert.ok(worst(await decode(0, 64)) > 1);
    });
  }
});
