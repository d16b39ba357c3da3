import assert from 'node:assert/strict';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import type { Codec } from '../src/codec/codec.js';
import { VqError } from '../src/errors.js';
import { crc32c } from '../src/format/crc32c.js';
import { readExif } from '../src/format/exif.js';
import { readInfo } from '../src/format/header.js';
import { bytesOf, goldenFolder, openModel, random } from './support.js';

const files = ['klt-gray-alpha-exif', 'klt-static-raw-blocks', 'klt-alpha', 'klt-dense-raw-stage', 'klt-fast-tiles-64', 'klt-dense-one-tile-of-64'];

describe('damaged files', () => {
  let codec: Codec;
  before(async () => {
    codec = await openModel(path.join(goldenFolder, 'models', 'klt'));
  });

  for (const name of files) {
    const bytes = bytesOf(goldenFolder, 'accept', `${name}.vq`);

    test(`every prefix of ${name} is refused, and gives only whole stages where these are asked for`, async () => {
      const whole = await codec.decodeIndices(bytes);
      for (let length = 0; length < bytes.length; length++) {
        const cut = bytes.subarray(0, length);
        await assert.rejects(codec.decodeIndices(cut), VqError, `${length} bytes`);
        const left = await tried(() => codec.decodeIndices(cut, { partial: true }));
        left?.planes.forEach((plane, p) => {
          plane.stages.forEach((stage, s) => assert.deepEqual(stage, whole.planes[p]!.stages[s], `${length} bytes`));
        });
        await tried(() => Promise.resolve([readInfo(cut), readExif(cut)]));
      }
    });

    test(`changed bits of ${name} with a right checksum are refused or decoded`, async () => {
      const next = random(bytes.length);
      let refused = 0;
      for (let i = 0; i < 250; i++) {
        const changed = bytes.slice();
        const at = Math.floor(next() * (i % 2 === 0 ? bytes.length - 4 : Math.min(60, bytes.length - 4)));
        changed[at]! ^= 1 << Math.floor(8 * next());
        new DataView(changed.buffer).setUint32(changed.length - 4, crc32c(changed.subarray(0, -4)), true);
        const decoded = await tried(() => codec.decodeIndices(changed, { partial: i % 3 === 0, limits: { maxPixels: 1 << 20 } }));
        refused += decoded === undefined ? 1 : 0;
      }
      assert.ok(refused > 20, `only ${refused} of 250 were refused`);
    });

    test(`changed bits of ${name} are told by the checksum`, async () => {
      const next = random(bytes.length + 1);
      for (let i = 0; i < 100; i++) {
        const changed = bytes.slice();
        changed[Math.floor(next() * bytes.length)]! ^= 1 << Math.floor(8 * next());
        await assert.rejects(codec.decodeIndices(changed), VqError);
      }
    });
  }

  test('limits are compared before anything is allocated', async () => {
    const huge = bytesOf(goldenFolder, 'accept', 'klt-raw-1x1.vq').slice();
    const header = [...huge.subarray(0, 4), 0xff, 0xff, 0xff, 0x07, 0xff, 0xff, 0xff, 0x07, ...huge.subarray(6)];
    const begin = performance.now();
    await assert.rejects(codec.decodeIndices(Uint8Array.from(header)), { code: 'limit' });
    await assert.rejects(codec.decodeIndices(Uint8Array.from(header), { limits: { maxPixels: Infinity } }), { code: 'limit' });
    await assert.rejects(codec.decodeIndices(Uint8Array.from(header), { limits: { maxPixels: Infinity, maxIndexBytes: Infinity } }), { code: 'format' });
    assert.ok(performance.now() - begin < 1000);
  });
});

/** What a call gives, or nothing where it refuses; anything but a VqError fails the test. */
async function tried<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    assert.ok(error instanceof VqError, String((error as Error).stack));
    return undefined;
  }
}
