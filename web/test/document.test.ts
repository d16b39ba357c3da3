import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { decodeBlocks } from '../src/codec/indices.js';
import { decodeAlpha } from '../src/format/alpha.js';
import { readExif } from '../src/format/exif.js';
import { readInfo } from '../src/format/header.js';
import type { PlaneSpec } from '../src/format/layout.js';
import { readStructure } from '../src/format/structure.js';
import { bytesOf, repository } from './support.js';

/** The examples of docs/vq-format.md: the bytes of each line, which stand before two spaces or the line's end. */
const document = new TextDecoder().decode(bytesOf(path.join(repository, 'docs', 'vq-format.md')));
const examples = [...document.matchAll(/```hex\n(.*?)```/gs)].map(([, block]) =>
  Uint8Array.from(
    block!
      .split('\n')
      .flatMap((line) => (/^[0-9a-f]{2}( [0-9a-f]{2})*(?=$|  )/.exec(line)?.[0] ?? '').split(' '))
      .filter((byte) => byte !== '')
      .map((byte) => Number.parseInt(byte, 16)),
  ),
);
const range = (from: number, to: number): number[] => Array.from({ length: Math.abs(to - from) + 1 }, (_, i) => from + (to > from ? i : -i));

function structure(bytes: Uint8Array, planes: PlaneSpec[], ratePoints: number): ReturnType<typeof readStructure> {
  return readStructure(bytes, { id: '0123456789abcdef', name: 'example', planes, ratePoints }, undefined, false);
}

describe('examples of the format document', () => {
  test('there are two', () => {
    assert.deepEqual(
      examples.map(({ length }) => length),
      [29, 102],
    );
  });

  test('one tile', async () => {
    const bytes = examples[0]!;
    const read = structure(bytes, [{ name: '', stride: 8, stages: 2, codes: 20 }], 1);
    assert.deepEqual([read.info.width, read.info.height, read.info.entropy, read.info.stages], [17, 9, 'raw', 2]);
    const { planes } = await decodeBlocks(read, {}, 2);
    assert.deepEqual(
      planes[0]!.stages.map((stage) => [...stage]),
      [
        [0, 1, 2, 3, 4, 19],
        [19, 18, 17, 16, 15, 14],
      ],
    );
  });

  test('two tiles, alpha and EXIF', async () => {
    const bytes = examples[1]!;
    const read = structure(
      bytes,
      [
        { name: 'top', stride: 16, stages: 1, codes: 4 },
        { name: 'bottom', stride: 8, stages: 2, codes: 20 },
      ],
      4,
    );
    const { gray, alpha, ratePoint, tileSize } = readInfo(bytes);
    assert.deepEqual([gray, alpha, ratePoint, tileSize], [true, true, 3, 64]);
    const { planes } = await decodeBlocks(read, {}, 2);
    assert.deepEqual([...planes[0]!.stages[0]!], [0, 1, 2, 3, 0]);
    assert.deepEqual([...planes[1]!.stages[0]!], range(0, 19));
    assert.deepEqual([...planes[1]!.stages[1]!], range(19, 0));
    const opacity = decodeAlpha(read.sections.alpha!, 72, 9);
    assert.ok(opacity.every((value, i) => value === (i % 72 < 8 ? 0 : 255)));
    assert.deepEqual([...readExif(bytes)!], [0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
