import { VqError } from '../errors.js';
import type { PlaneSpec } from '../format/layout.js';
import type { ByteReader } from '../format/reader.js';
import { readFrequencies } from './frequencies.js';
import { RansDecoder, type FrequencyTable } from './rans.js';

/** For each plane, for each stage, its table, or nothing where the stage is coded raw. */
export type StaticTables = readonly (readonly (FrequencyTable | undefined)[])[];

export function readStaticTables(reader: ByteReader, planes: readonly PlaneSpec[]): StaticTables {
  return planes.map((plane) =>
    Array.from({ length: plane.stages }, () => {
      const bits = reader.u8();
      if (bits === 0) {
        return undefined;
      }
      if (bits < 8 || bits > 14) {
        throw new VqError('model', `tables.bin: a static table of ${bits} bits; it has 8 to 14`);
      }
      return readFrequencies(reader, plane.codes, bits, true);
    }),
  );
}

/** Mode 1. Gives where the block ends. */
export function decodeStatic(bytes: Uint8Array, begin: number, end: number, table: FrequencyTable, indices: Uint16Array): number {
  const n = indices.length;
  const states = n < 512 ? 1 : n < 4096 ? 2 : 4;
  const rans = new RansDecoder(bytes, begin, end, states);
  for (let i = 0; i < n; i++) {
    indices[i] = rans.symbol(i & (states - 1), table);
  }
  return rans.finish();
}
