import type { PixelSource } from './encoder.js';

/**
 * Gives the pixels with the colours of those that cannot be seen (alpha 0) replaced by a smooth continuation of what is around them, which costs few bits:
 * averages at half size, a quarter and so on down, of seen pixels only, and up again into the gaps.
 */
export function fillTransparent({ width, height, data }: PixelSource): Uint8ClampedArray {
  const seen = new Float32Array(4 * width * height);
  for (let i = 0; i < seen.length; i += 4) {
    if (data[i + 3] !== 0) {
      seen[i] = data[i]!;
      seen[i + 1] = data[i + 1]!;
      seen[i + 2] = data[i + 2]!;
      seen[i + 3] = 1;
    }
  }
  const filled = fill(seen, width, height);
  const pixels = new Uint8ClampedArray(data);
  for (let i = 0; i < pixels.length; i += 4) {
    if (data[i + 3] === 0) {
      pixels[i] = filled[i]!;
      pixels[i + 1] = filled[i + 1]!;
      pixels[i + 2] = filled[i + 2]!;
    }
  }
  return pixels;
}

/** Colours with weights 0 or 1; those of weight 0 are filled in. */
function fill(colours: Float32Array, width: number, height: number): Float32Array {
  if (width === 1 && height === 1) {
    if (colours[3] === 0) {
      colours.fill(128, 0, 3);
    }
    return colours;
  }
  const halfWidth = (width + 1) >> 1;
  const halfHeight = (height + 1) >> 1;
  const half = new Float32Array(4 * halfWidth * halfHeight);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 4 * (y * width + x);
      if (colours[from + 3] !== 0) {
        const to = 4 * ((y >> 1) * halfWidth + (x >> 1));
        for (let c = 0; c < 4; c++) {
          half[to + c]! += colours[from + c]!;
        }
      }
    }
  }
  for (let i = 0; i < half.length; i += 4) {
    const weight = half[i + 3]!;
    if (weight > 0) {
      half[i] = half[i]! / weight;
      half[i + 1] = half[i + 1]! / weight;
      half[i + 2] = half[i + 2]! / weight;
      half[i + 3] = 1;
    }
  }
  const coarse = fill(half, halfWidth, halfHeight);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      if (colours[at + 3] === 0) {
        // Bilinear between the four nearest centres of the half-size picture.
        const nextX = Math.min(halfWidth - 1, Math.max(0, (x >> 1) + (x & 1 ? 1 : -1)));
        const nextY = Math.min(halfHeight - 1, Math.max(0, (y >> 1) + (y & 1 ? 1 : -1)));
        const row = (y >> 1) * halfWidth;
        const nextRow = nextY * halfWidth;
        for (let c = 0; c < 3; c++) {
          colours[at + c] =
            (9 * coarse[4 * (row + (x >> 1)) + c]! + 3 * coarse[4 * (row + nextX) + c]! + 3 * coarse[4 * (nextRow + (x >> 1)) + c]! + coarse[4 * (nextRow + nextX) + c]!) / 16;
        }
      }
    }
  }
  return colours;
}
