import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { Codec } from '../src/codec/codec.js';
import { VqError } from '../src/errors.js';
import { readInfo } from '../src/format/header.js';
import { readExif } from '../src/format/exif.js';
import { bytesOf, exists, goldenFolder, openModel } from './support.js';

interface Vector {
  readonly file: string;
  readonly model: string;
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
  readonly gray: boolean;
  readonly entropy: string;
  readonly rate_point: number;
  readonly stages: number;
  readonly whole_stages?: number;
  readonly tile_size: number;
  readonly planes: readonly { name: string; columns: number; rows: number; stages: number }[];
  readonly indices: string;
  readonly alpha_file?: string;
  readonly exif_file?: string;
  readonly pixels?: string;
  readonly reason?: string;
}

const list = path.join(goldenFolder, 'vectors.json');
const models = new Map<string, Promise<Codec>>();

function model(name: string): Promise<Codec> {
  let opened = models.get(name);
  if (opened === undefined) {
    opened = openModel(path.join(goldenFolder, name));
    models.set(name, opened);
  }
  return opened;
}

describe('golden files', { skip: !exists(list) && 'tests/golden is not there' }, () => {
  const vectors = exists(list) ? (JSON.parse(new TextDecoder().decode(bytesOf(list))) as Record<'accept' | 'partial' | 'refuse' | 'refuse_partial', Vector[]>) : undefined;
  if (vectors === undefined) {
    return;
  }

  test('each list has files', () => {
    assert.ok(vectors.accept.length > 0 && vectors.partial.length > 0 && vectors.refuse.length > 0 && vectors.refuse_partial.length > 0);
  });

  for (const vector of vectors.accept) {
    test(`accepts ${vector.file}`, async () => {
      const bytes = bytesOf(goldenFolder, vector.file);
      checkInfo(vector, bytes);
      const codec = await model(vector.model);
      const { planes, stages, alpha } = await codec.decodeIndices(bytes);
      assert.equal(stages, vector.stages);
      checkIndices(vector, planes);
      if (vector.alpha_file === undefined) {
        assert.equal(alpha !== undefined, vector.alpha);
      } else {
        assert.deepEqual(alpha, bytesOf(goldenFolder, vector.alpha_file));
      }
      const exif = readExif(bytes);
      assert.deepEqual(exif, vector.exif_file === undefined ? undefined : bytesOf(goldenFolder, vector.exif_file));
      if (vector.pixels !== undefined) {
        checkPixels(vector, (await codec.decode(bytes)).data);
      }
    });
  }

  for (const vector of vectors.partial) {
    test(`takes what is left of ${vector.file}`, async () => {
      const bytes = bytesOf(goldenFolder, vector.file);
      checkInfo(vector, bytes);
      const codec = await model(vector.model);
      const { planes, stages } = await codec.decodeIndices(bytes, { partial: true });
      assert.equal(stages, vector.whole_stages);
      checkIndices(vector, planes);
      await assert.rejects(codec.decodeIndices(bytes), VqError);
    });
  }

  for (const vector of vectors.refuse) {
    test(`refuses ${vector.file}: ${vector.reason}`, async () => {
      const codec = await model(vector.model);
      await assert.rejects(codec.decodeIndices(bytesOf(goldenFolder, vector.file)), VqError);
    });
  }

  for (const vector of vectors.refuse_partial) {
    test(`refuses even what is left of ${vector.file}: ${vector.reason}`, async () => {
      const codec = await model(vector.model);
      await assert.rejects(codec.decodeIndices(bytesOf(goldenFolder, vector.file), { partial: true }), VqError);
    });
  }
});

function checkInfo(vector: Vector, bytes: Uint8Array): void {
  const { width, height, alpha, gray, entropy, ratePoint, stages, tileSize } = readInfo(bytes);
  assert.deepEqual(
    { width, height, alpha, gray, entropy, rate_point: ratePoint, stages, tile_size: tileSize },
    {
      width: vector.width,
      height: vector.height,
      alpha: vector.alpha,
      gray: vector.gray,
      entropy: vector.entropy,
      rate_point: vector.rate_point,
      stages: vector.stages,
      tile_size: vector.tile_size,
    },
  );
}

/** All planes in order, each stage of it, rows from the top: 16-bit numbers. */
function checkIndices(vector: Vector, planes: Awaited<ReturnType<Codec['decodeIndices']>>['planes']): void {
  assert.deepEqual(
    planes.map(({ name, columns, rows, stages }) => ({ name, columns, rows, stages: stages.length })),
    vector.planes.map(({ name, columns, rows, stages }) => ({ name, columns, rows, stages: Math.min(stages, vector.whole_stages ?? stages) })),
  );
  const expected = new Uint16Array(bytesOf(goldenFolder, vector.indices).buffer);
  let at = 0;
  for (const plane of planes) {
    for (const [s, stage] of plane.stages.entries()) {
      assert.deepEqual(stage, expected.slice(at, at + stage.length), `plane ${plane.name}, stage ${s}`);
      at += stage.length;
    }
  }
  assert.equal(at, expected.length);
}

function checkPixels(vector: Vector, data: Uint8ClampedArray): void {
  const expected = bytesOf(goldenFolder, vector.pixels!);
  const channels = (vector.gray ? [0] : [0, 1, 2]).concat(vector.alpha ? [3] : []);
  assert.equal(expected.length, channels.length * vector.width * vector.height);
  let worst = 0;
  for (let pixel = 0, at = 0; pixel < vector.width * vector.height; pixel++) {
    for (const channel of channels) {
      worst = Math.max(worst, Math.abs(data[4 * pixel + channel]! - expected[at++]!));
    }
  }
  assert.ok(worst <= 1, `a pixel differs by ${worst}`);
}
