import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { describe, test } from 'node:test';
import { constants, deflateSync } from 'node:zlib';
import { readManifest } from '../src/codec/manifest.js';
import { haloOf } from '../src/codec/reach.js';
import { sha256Bytes } from '../src/codec/sha256.js';
import { windowsOf } from '../src/codec/windows.js';
import { VqError } from '../src/errors.js';
import { octaves, squash, stretchTable } from '../src/entropy/dense-functions.js';
import { RangeDecoder, RangeEncoder } from '../src/entropy/range.js';
import { EntropyTables } from '../src/entropy/tables.js';
import { decodeAlpha, encodeAlpha } from '../src/format/alpha.js';
import { crc32c } from '../src/format/crc32c.js';
import { inflateZlib } from '../src/format/inflate.js';
import { ByteReader } from '../src/format/reader.js';
import { ByteWriter } from '../src/format/writer.js';
import { bytesOf, goldenFolder, openModel, photoModel, random, repository } from './support.js';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

test('crc32c of RFC 3720 and of lengths around eight', () => {
  assert.equal(crc32c(ascii('123456789')), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.equal(crc32c(new Uint8Array(0)), 0);
});

test('sha256 in script gives what Node gives', () => {
  const next = random(3);
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 100_001]) {
    const bytes = Uint8Array.from({ length }, () => 256 * next());
    assert.deepEqual(sha256Bytes(bytes), new Uint8Array(createHash('sha256').update(bytes).digest()), `${length} bytes`);
  }
});

test('varints are read as they are written, and longer forms are refused', () => {
  for (const value of [0, 1, 127, 128, 16383, 16384, 2 ** 24 - 1, 2 ** 31 - 1, 2 ** 32 - 1]) {
    const writer = new ByteWriter();
    writer.varint(value);
    assert.equal(new ByteReader(writer.toBytes()).varint(), value);
  }
  assert.throws(() => new ByteReader(Uint8Array.of(0x91, 0)).varint(), VqError);
  assert.throws(() => new ByteReader(Uint8Array.of(128, 128, 128, 128, 128, 1)).varint(), VqError);
  assert.throws(() => new ByteReader(Uint8Array.of(128, 128, 128, 128, 16)).varint(), VqError);
  assert.throws(() => new ByteReader(Uint8Array.of(128)).varint(), VqError);
});

describe('inflate', () => {
  const next = random(5);
  const contents = {
    empty: new Uint8Array(0),
    zeros: new Uint8Array(100_000),
    noise: Uint8Array.from({ length: 70_000 }, () => 256 * next()),
    text: ascii('a few words, and a few words again. '.repeat(400)),
    skewed: Uint8Array.from({ length: 50_000 }, () => 255 * next() ** 8),
  };
  for (const [name, content] of Object.entries(contents)) {
    test(`gives back ${name} at every level and strategy`, () => {
      for (const level of [0, 1, 6, 9]) {
        for (const strategy of [constants.Z_DEFAULT_STRATEGY, constants.Z_HUFFMAN_ONLY, constants.Z_FIXED, constants.Z_RLE]) {
          const stream = new Uint8Array(deflateSync(content, { level, strategy }));
          assert.deepEqual(inflateZlib(stream, content.length), content);
          assert.throws(() => inflateZlib(stream, content.length + 1), VqError);
          if (content.length > 0) {
            assert.throws(() => inflateZlib(stream, content.length - 1), VqError);
          }
          assert.throws(() => inflateZlib(Uint8Array.of(...stream.subarray(0, 40), 0, ...stream.subarray(40, 80)), content.length), VqError);
        }
      }
    });
  }

  test('of changed streams refuses, or gives the same', () => {
    const stream = new Uint8Array(deflateSync(contents.skewed.subarray(0, 3000)));
    for (let i = 0; i < 2000; i++) {
      const changed = stream.slice();
      changed[Math.floor(next() * stream.length)]! ^= 1 << Math.floor(8 * next());
      try {
        // Bits that are left over in the last byte mean nothing.
        assert.deepEqual(inflateZlib(changed, 3000), contents.skewed.subarray(0, 3000));
      } catch (error) {
        assert.ok(error instanceof VqError, String((error as Error).stack));
      }
    }
  });
});

test('alpha is given back', async () => {
  const next = random(9);
  const alpha = Uint8Array.from({ length: 37 * 23 }, (_, i) => (i % 37 < 10 ? 0 : i % 37 < 20 ? (i % 37) * 12 : 256 * next()));
  assert.deepEqual(decodeAlpha(await encodeAlpha(alpha, 37, 23), 37, 23), alpha);
});

test('squash and stretch are monotone, and stretch undoes squash', () => {
  assert.deepEqual([squash(-2047), squash(-1), squash(0), squash(1), squash(2047)], [22, 32704, 32768, 32832, 65514]);
  for (let i = -2046; i <= 2047; i++) {
    assert.ok(squash(i) >= squash(i - 1));
  }
  for (let i = -1500; i <= 1500; i++) {
    assert.ok(Math.abs(stretchTable[squash(i) >> 4]! - i) <= 16);
  }
  assert.deepEqual([0, 1, 2, 3, 4, 5, 7, 8, 11, 12].map(octaves), [0, 2, 3, 4, 4, 5, 6, 6, 7, 7]);
});

test('the tables of squash and stretch have the checksums of the format document', () => {
  const document = new TextDecoder().decode(bytesOf(repository, 'docs', 'vq-format.md'));
  const [, ofSquash, ofStretch] = /CRC-32C of squash.*?`([0-9a-f]{8})`.*?`([0-9a-f]{8})`/s.exec(document)!;
  const bytes = (numbers: Int16Array | Uint16Array): Uint8Array => new Uint8Array(numbers.buffer);
  const squashes = Uint16Array.from({ length: 4095 }, (_, i) => squash(i - 2047));
  assert.equal(crc32c(bytes(squashes)), Number.parseInt(ofSquash!, 16));
  assert.equal(crc32c(bytes(stretchTable)), Number.parseInt(ofStretch!, 16));
});

test('the range coder gives back decisions of extreme and even probabilities', () => {
  const next = random(11);
  for (const length of [1, 2, 10, 5000]) {
    const probabilities = Array.from({ length }, (_, i) => (i % 3 === 0 ? 32 : i % 3 === 1 ? 65504 : 32 + Math.floor(65472 * next())));
    const decisions = probabilities.map((p) => (next() * 65536 < p ? 1 : 0));
    const encoder = new RangeEncoder();
    probabilities.forEach((p, i) => encoder.code(p, decisions[i]!));
    const block = encoder.finish();
    for (const behind of [0, 255]) {
      const bytes = Uint8Array.of(...block, behind, behind, behind, behind, behind);
      const decoder = new RangeDecoder(bytes, 0, bytes.length);
      assert.deepEqual(
        probabilities.map((p) => decoder.code(p)),
        decisions,
      );
      assert.equal(decoder.finish(), block.length);
    }
  }
});

test('the halo of the shipped model', () => {
  const halo = (folder: string): unknown => {
    const manifest = readManifest(bytesOf(folder, 'model.json'));
    return haloOf(manifest.spec, Math.max(...manifest.planes.map(({ stride }) => stride)));
  };
  assert.deepEqual(halo(photoModel), { encoder: 16, decoder: 48 });
  assert.equal(haloOf({ architecture: 'another' }, 8), undefined);
});

test('windows cover an image once, within their bounds', () => {
  const windows = windowsOf(2064, 1040, 16, 48);
  assert.equal(
    windows.reduce((sum, { width, height }) => sum + width * height, 0),
    2064 * 1040,
  );
  for (const window of windows) {
    assert.ok(window.width <= 1024 && window.height <= 1024 && window.x % 16 === 0 && window.outerWidth % 16 === 0);
    assert.ok(window.outerX >= 0 && window.outerX + window.outerWidth <= 2064 && window.x - window.outerX <= 48);
  }
  assert.throws(() => windowsOf(2064, 1040, 16, undefined), VqError);
});

describe('tables.bin', () => {
  const folder = path.join(goldenFolder, 'models', 'random-20');
  const { planes, ratePoints } = readManifest(bytesOf(folder, 'model.json'));
  const bytes = bytesOf(folder, 'tables.bin');
  const readAll = (content: Uint8Array): void => {
    const tables = new EntropyTables(content, planes, ratePoints);
    for (let point = 0; point < ratePoints; point++) {
      tables.static(point);
      tables.fast(point);
      tables.dense(point);
    }
  };

  test('is refused where it is cut short or longer', () => {
    readAll(bytes);
    for (let length = 0; length < bytes.length; length += 97) {
      assert.throws(() => readAll(bytes.subarray(0, length)), { code: 'model' });
    }
    assert.throws(() => readAll(Uint8Array.of(...bytes, 0)), { code: 'model' });
  });

  test('with changed bits is refused or read', () => {
    const next = random(13);
    for (let i = 0; i < 400; i++) {
      const changed = bytes.slice();
      changed[Math.floor(next() * bytes.length)]! ^= 1 << Math.floor(8 * next());
      try {
        readAll(changed);
      } catch (error) {
        assert.ok(error instanceof VqError && error.code === 'model', String((error as Error).stack));
      }
    }
  });
});

test('a model whose file was changed is refused', async () => {
  const folder = path.join(goldenFolder, 'models', 'klt');
  const { Codec } = await import('../src/codec/codec.js');
  const codec = await Codec.open((name) => {
    const bytes = bytesOf(folder, name);
    if (name === 'tables.bin') {
      bytes[100]! ^= 1;
    }
    return Promise.resolve(bytes);
  });
  await assert.rejects(codec.decodeIndices(bytesOf(goldenFolder, 'accept', 'klt-dense.vq')), { code: 'model' });
  await assert.rejects((await openModel(photoModel)).decodeIndices(bytesOf(goldenFolder, 'accept', 'klt-dense.vq')), { code: 'model' });
});
