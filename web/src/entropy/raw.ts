import { refuse } from '../errors.js';
import { indexBits } from '../format/layout.js';

/** Mode 0: indices of a fixed number of bits. */
export function decodeRaw(block: Uint8Array, codes: number, indices: Uint16Array): void {
  const bits = indexBits(codes);
  const mask = 2 ** bits - 1;
  let held = 0;
  let holds = 0;
  let at = 0;
  for (let i = 0; i < indices.length; i++) {
    while (holds < bits) {
      held |= block[at++]! << holds;
      holds += 8;
    }
    const index = held & mask;
    if (index >= codes) {
      refuse(`index ${index} of ${codes} codes`);
    }
    indices[i] = index;
    held >>>= bits;
    holds -= bits;
  }
  if (held !== 0) {
    refuse('bits that are left over at the end of a raw block are set');
  }
}

export function encodeRaw(indices: Uint16Array, codes: number): Uint8Array<ArrayBuffer> {
  const bits = indexBits(codes);
  const block = new Uint8Array(Math.ceil((indices.length * bits) / 8));
  let held = 0;
  let holds = 0;
  let at = 0;
  for (const index of indices) {
    held |= index << holds;
    holds += bits;
    while (holds >= 8) {
      block[at++] = held & 255;
      held >>>= 8;
      holds -= 8;
    }
  }
  if (holds > 0) {
    block[at] = held;
  }
  return block;
}
