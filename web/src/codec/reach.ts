/** How far a model's networks look beyond a block of the largest stride, in pixels; undefined for a network family that is not known. */
export interface Halo {
  readonly encoder: number;
  readonly decoder: number;
}

/** The positions along one axis that a layer's outputs depend on, followed from the outputs back to the inputs. */
class Reach {
  constructor(
    readonly first: number,
    readonly last: number,
  ) {}

  conv(kernel: number, stride: number): Reach {
    const padding = Math.floor((kernel - stride) / 2);
    return new Reach(this.first * stride - padding, this.last * stride - padding + kernel - 1);
  }

  convs(count: number, kernel: number): Reach {
    const by = count * Math.floor(kernel / 2);
    return new Reach(this.first - by, this.last + by);
  }

  convTranspose(kernel: number, stride: number): Reach {
    const padding = Math.floor((kernel - stride) / 2);
    return new Reach(Math.ceil((this.first + padding - kernel + 1) / stride), Math.floor((this.last + padding) / stride));
  }

  upsample(factor: number): Reach {
    return new Reach(Math.floor(this.first / factor), Math.floor(this.last / factor));
  }

  with(other: Reach): Reach {
    return new Reach(Math.min(this.first, other.first), Math.max(this.last, other.last));
  }
}

/** Follows the layers of a model's networks; the same on both axes. */
export function haloOf(spec: Readonly<Record<string, unknown>>, largestStride: number): Halo | undefined {
  const number = (key: string): number => (typeof spec[key] === 'number' ? spec[key] : 0);
  const stride = number('stride');
  const encoderBlocks = number('encoder_blocks');
  const decoderBlocks = number('decoder_blocks');
  const trunk = (pixels: number): Reach =>
    new Reach(0, pixels - 1)
      .upsample(2)
      .convs(2 + 2 * number('refine_blocks'), 3)
      .upsample(stride / 2)
      .convs(2 * decoderBlocks, 3);
  const depth = Math.round(Math.log2(stride));
  let encoder = new Reach(0, 0);
  let decoder: Reach;
  switch (spec.architecture) {
    case 'klt':
      encoder = encoder.convs(2 * encoderBlocks, 3).conv(stride, stride);
      decoder = trunk(stride).convs(1, 3);
      break;
    case 'luma_chroma': {
      encoder = new Reach(0, 1).convs(2 * encoderBlocks, 3).conv(stride, stride);
      const inner = trunk(2 * stride);
      decoder = inner.upsample(2).with(inner.convs(1, 3).upsample(2));
      break;
    }
    case 'vqvae2': {
      const bottom = new Reach(0, 1);
      const top = bottom.convTranspose(4, 2).convs(encoderBlocks + 1, 3).with(new Reach(0, 0));
      encoder = top.convs(encoderBlocks + 1, 3).conv(4, 2).with(bottom).convs(encoderBlocks + 1, 3);
      decoder = new Reach(0, 2 * stride - 1);
      for (let i = 0; i < depth; i++) {
        encoder = encoder.conv(4, 2);
        decoder = decoder.convTranspose(4, 2);
      }
      decoder = decoder.convs(decoderBlocks + 1, 3);
      decoder = decoder.convTranspose(4, 2).with(decoder.upsample(2));
      break;
    }
    case 'vqvae':
      encoder = encoder.convs(encoderBlocks, 3);
      decoder = new Reach(0, stride - 1);
      for (let i = 0; i < depth; i++) {
        encoder = encoder.conv(4, 2);
        decoder = decoder.convTranspose(4, 2);
      }
      decoder = decoder.convs(decoderBlocks, 3);
      break;
    default:
      return undefined;
  }
  const up = (pixels: number): number => Math.ceil(pixels / largestStride) * largestStride;
  return {
    encoder: up(Math.max(-encoder.first, encoder.last - (largestStride - 1))),
    decoder: Math.max(-decoder.first, decoder.last) * largestStride,
  };
}
