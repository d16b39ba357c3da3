import { VqError } from '../errors.js';
import type { ByteReader } from '../format/reader.js';
import type { FrequencyTable } from './rans.js';

/**
 * Reads a frequency table of n symbols.
 * @param lookup whether the table gets the symbol of every slot, which takes 2 · 2^bits bytes
 */
export function readFrequencies(reader: ByteReader, n: number, bits: number, lookup: boolean): FrequencyTable {
  const frequencies = reader.u16s(n);
  const starts = new Uint16Array(n + 1);
  const symbols = lookup ? new Uint16Array(1 << bits) : undefined;
  let start = 0;
  for (let i = 0; i < n; i++) {
    const f = frequencies[i]!;
    if (f === 0 || start + f > 1 << bits) {
      throw new VqError('model', `tables.bin: a frequency table over ${n} symbols does not add up to 2^${bits}`);
    }
    symbols?.fill(i, start, start + f);
    start += f;
    starts[i + 1] = start;
  }
  if (start !== 1 << bits) {
    throw new VqError('model', `tables.bin: a frequency table over ${n} symbols does not add up to 2^${bits}`);
  }
  return { bits, starts, symbols };
}
