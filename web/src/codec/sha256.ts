/** SHA-256 in hexadecimal: the browser's own, or, where a page is not in a secure context and has none, the one below. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  const digest = subtle === undefined ? sha256Bytes(bytes) : new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** FIPS 180-4. The constants are the fractions of the cube and square roots of the first primes. */
export function sha256Bytes(bytes: Uint8Array): Uint8Array {
  const { constants, initial } = rootFractions();
  const state = initial.slice();
  const length = Math.ceil((bytes.length + 9) / 64) * 64;
  const tail = new Uint8Array(128);
  const whole = bytes.length - (bytes.length % 64);
  tail.set(bytes.subarray(whole));
  tail[bytes.length - whole] = 0x80;
  const view = new DataView(tail.buffer);
  view.setUint32(length - whole - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(length - whole - 4, (bytes.length * 8) >>> 0);
  const words = new Int32Array(64);
  for (let at = 0; at < length; at += 64) {
    const source = at < whole ? bytes : tail;
    block(source, at < whole ? at : at - whole, words, state, constants);
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => digest.setInt32(4 * i, word));
  return new Uint8Array(digest.buffer);
}

function block(source: Uint8Array, at: number, w: Int32Array, state: Int32Array, constants: Int32Array): void {
  const rotate = (x: number, by: number): number => (x >>> by) | (x << (32 - by));
  for (let i = 0; i < 16; i++) {
    const from = at + 4 * i;
    w[i] = (source[from]! << 24) | (source[from + 1]! << 16) | (source[from + 2]! << 8) | source[from + 3]!;
  }
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15]!;
    const b = w[i - 2]!;
    w[i] = w[i - 16]! + (rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)) + w[i - 7]! + (rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10));
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < 64; i++) {
    const first = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + constants[i]! + w[i]!) | 0;
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i] = state[i]! + value));
}

function rootFractions(): { constants: Int32Array; initial: Int32Array } {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) {
    if (primes.every((prime) => n % prime !== 0)) {
      primes.push(n);
    }
  }
  // A double holds 52 bits of a root, at most 3 of them before the point: more than the 32 that are taken.
  const fraction = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
  return {
    constants: Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
    initial: Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
  };
}
