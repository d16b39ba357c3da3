// Serves the demo: build/demo/, and the repository's models as models/. `node scripts/demo.mjs [PORT]`; port 0 takes any free one.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from './serve.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const port = Number(process.argv[2] ?? 8080);
try {
  const { address } = await serve({ '': path.join(root, 'build', 'demo'), models: path.join(root, '..', 'models') }, port);
  console.log(`${address} (Ctrl-C ends it)`);
} catch (error) {
  console.error(error.code === 'EADDRINUSE' ? `port ${port} is taken; npm run demo -- 0 takes any free one` : error.message);
  process.exit(1);
}
