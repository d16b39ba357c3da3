/** A picture's pixels, laid on white where something is transparent. */
export function onWhite(image: ImageData): ImageData {
  const flat = new ImageData(new Uint8ClampedArray(image.data), image.width, image.height);
  const { data } = flat;
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]! / 255;
    for (let c = 0; c < 3; c++) {
      data[i + c] = data[i + c]! * alpha + 255 * (1 - alpha);
    }
    data[i + 3] = 255;
  }
  return flat;
}

/** Peak signal-to-noise ratio of red, green and blue, in dB; infinite where both are the same. */
export function psnr(a: ImageData, b: ImageData): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i += 4) {
    for (let c = 0; c < 3; c++) {
      sum += (a.data[i + c]! - b.data[i + c]!) ** 2;
    }
  }
  return 10 * Math.log10((255 * 255 * 3 * a.width * a.height) / sum);
}

/** Reads a picture that the browser can read, upright, and makes it smaller where a side is longer than wanted (0: as it is). */
export async function readPicture(file: Blob, longest: number): Promise<ImageData> {
  const bitmap = await createImageBitmap(file);
  try {
    const scale = longest === 0 ? 1 : Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
    const width = Math.max(1, Math.round(bitmap.width * scale));
    const height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvasOf(width, height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  } finally {
    bitmap.close();
  }
}

/** A JPEG of about a size. */
export interface Jpeg {
  readonly bytes: number;
  readonly image: ImageData;
  readonly milliseconds: number;
  /** Whether even the lowest quality takes more than the wanted size. */
  readonly tooLarge: boolean;
}

/** The best JPEG that the browser makes in at most so many bytes, or its smallest one. */
export async function jpegOfSize(picture: ImageData, bytes: number): Promise<Jpeg> {
  const context = canvasOf(picture.width, picture.height);
  context.putImageData(picture, 0, 0);
  let best = await encode(context.canvas, 0);
  const tooLarge = best.blob.size > bytes;
  if (!tooLarge) {
    let low = 0;
    let high = 1;
    for (let i = 0; i < 8; i++) {
      const middle = (low + high) / 2;
      const tried = await encode(context.canvas, middle);
      if (tried.blob.size <= bytes) {
        low = middle;
        best = tried;
      } else {
        high = middle;
      }
    }
  }
  return { bytes: best.blob.size, image: await readPicture(best.blob, 0), milliseconds: best.milliseconds, tooLarge };
}

async function encode(canvas: HTMLCanvasElement, quality: number): Promise<{ blob: Blob; milliseconds: number }> {
  const begin = performance.now();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
  if (blob === null) {
    throw new Error('this browser makes no JPEG of a picture of this size');
  }
  return { blob, milliseconds: performance.now() - begin };
}

function canvasOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) {
    throw new Error(`this browser has no canvas of ${width}×${height} pixels`);
  }
  return context;
}
