/** The entry for browsers: the API, and the element `<vq-image>`, which this module defines. */
import { VqImageElement } from './element.js';
import { VqModel } from './model.js';

VqModel.openLocal = async (source, options) => (await import('./local.js')).openLocal(source, options);

if (customElements.get('vq-image') === undefined) {
  customElements.define('vq-image', VqImageElement);
}

export * from './exports.js';
export { VqImageElement };
