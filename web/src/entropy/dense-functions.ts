/*
 * The functions of mode 3 as tables, in the notation of docs/vq-format.md. Products of squash have 92 bits, so it is made with BigInt, once.
 */

const offset = 2047;

/** squash(i) at i + 2047. */
const squashTable = makeSquash();
/** stretch(p) at p ≫ 4: it is the same for 16 probabilities. */
export const stretchTable = makeStretch();
/** rate(n) for counts up to 250. */
export const rateTable = Int32Array.from({ length: 256 }, (_, n) => Math.floor(65536 / (2 * n + 3)));
/** The class of a count, 0 to 5. */
export const countClass = Uint8Array.from({ length: 256 }, (_, n) => (n === 0 ? 0 : n < 3 ? 1 : n < 8 ? 2 : n < 30 ? 3 : n < 120 ? 4 : 5));

/** A probability, 0 to 65535, of a number from −2047 to 2047. */
export function squash(i: number): number {
  return squashTable[i + offset]!;
}

/** For x from 0 to 2³¹ − 2. */
export function octaves(x: number): number {
  const l = 31 - Math.clz32(x + 1);
  return l === 0 ? 0 : 2 * l + (((x + 1) >>> (l - 1)) & 1);
}

/** Octaves above a level, 0 to 15. */
export function level(x: number, zero: number): number {
  const above = octaves(x) - zero;
  return above < 0 ? 0 : above > 15 ? 15 : above;
}

function makeSquash(): Int32Array {
  const table = new Int32Array(2 * offset + 1);
  const one = 1n << 40n;
  let e = one;
  for (let i = 0; i <= offset; i++) {
    const value = Number(((e << 17n) + e + one) / (2n * (e + one)));
    table[offset + i] = Math.min(65535, value);
    if (i > 0) {
      table[offset - i] = 65536 - table[offset + i]!;
    }
    e = (e * 1103814994613n + (1n << 39n)) >> 40n;
  }
  return table;
}

function makeStretch(): Int16Array {
  const table = new Int16Array(4096);
  let v = -offset;
  for (let i = 0; i < 4096; i++) {
    const middle = 16 * i + 8;
    while (v < offset && squash(v + 1) <= middle) {
      v++;
    }
    table[i] = v < offset && Math.abs(squash(v + 1) - middle) < Math.abs(squash(v) - middle) ? v + 1 : v;
  }
  return table;
}
