/** The entry for Node: the same without the element; models run in this thread. */
import { Codec } from './codec/codec.js';
import { fetchLoader } from './codec/source.js';
import { VqModel } from './model.js';

VqModel.openLocal = (source, options) => Codec.open(typeof source === 'function' ? source : fetchLoader(source), options);

export * from './exports.js';
