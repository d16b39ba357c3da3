/** Models in the page itself, where it cannot have a worker. */
import { Codec } from './codec/codec.js';
import { fetchLoader } from './codec/source.js';
import type { OpenLocal } from './model.js';

export const openLocal: OpenLocal = (source, options) => Codec.open(typeof source === 'function' ? source : fetchLoader(source), options);
