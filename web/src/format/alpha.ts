import { refuse } from '../errors.js';
import { inflateZlib } from './inflate.js';

/** Alpha of an image, one byte a pixel, rows from the top. */
export function decodeAlpha(section: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const filtered = inflateZlib(section, (width + 1) * height);
  const alpha = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = y * (width + 1);
    const filter = filtered[from]!;
    if (filter > 4) {
      refuse(`row ${y} of the alpha has the filter ${filter}; there are 0 to 4`);
    }
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const left = x > 0 ? alpha[row + x - 1]! : 0;
      const above = y > 0 ? alpha[row + x - width]! : 0;
      const corner = x > 0 && y > 0 ? alpha[row + x - width - 1]! : 0;
      alpha[row + x] = filtered[from + 1 + x]! + predict(filter, left, above, corner);
    }
  }
  return alpha;
}

/** The zlib stream of a section 1. */
export async function encodeAlpha(alpha: Uint8Array, width: number, height: number): Promise<Uint8Array<ArrayBuffer>> {
  const filtered = new Uint8Array((width + 1) * height);
  const candidate = new Uint8Array(width);
  for (let y = 0; y < height; y++) {
    let least = Infinity;
    for (let filter = 0; filter <= 4; filter++) {
      let sum = 0;
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        const left = x > 0 ? alpha[at - 1]! : 0;
        const above = y > 0 ? alpha[at - width]! : 0;
        const corner = x > 0 && y > 0 ? alpha[at - width - 1]! : 0;
        const difference = (alpha[at]! - predict(filter, left, above, corner)) & 255;
        candidate[x] = difference;
        sum += difference < 128 ? difference : 256 - difference;
      }
      if (sum < least) {
        least = sum;
        filtered[y * (width + 1)] = filter;
        filtered.set(candidate, y * (width + 1) + 1);
      }
    }
  }
  const stream = new Blob([filtered]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function predict(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 0:
      return 0;
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    default: {
      const p = left + above - corner;
      const dl = Math.abs(p - left);
      const da = Math.abs(p - above);
      const dc = Math.abs(p - corner);
      return dl <= da && dl <= dc ? left : da <= dc ? above : corner;
    }
  }
}
