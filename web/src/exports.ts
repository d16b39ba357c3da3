export { VqError, type VqErrorCode } from './errors.js';
export { readInfo, type EntropyMode, type VqInfo } from './format/header.js';
export { readExif } from './format/exif.js';
export type { VqLimits } from './format/structure.js';
export type { PlaneIndices } from './codec/indices.js';
export type { PixelSource } from './codec/encoder.js';
export type { FileLoader } from './codec/source.js';
export type { DecodedIndices, DecodeOptions, EncodeOptions, ModelOptions, Precision, Progress } from './codec/codec.js';
export { VqModel, type LoadOptions } from './model.js';
