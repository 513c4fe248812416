import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Answer, Exchange } from './exchange.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};
const COMPRESSIBLE = new Set(['.html', '.js', '.css', '.json', '.svg', '.map', '.txt']);

interface Asset {
  readonly file: string;
  readonly size: number;
  readonly type: string;
  readonly compressible: boolean;
}

/**
 * The built console. The files are listed once, and a request is looked up in that list: no path of a client ever reaches the
 * file system.
 */
export class ConsoleAssets {
  private constructor(private readonly assets: ReadonlyMap<string, Asset>) {}

  static async load(directory: string | undefined): Promise<ConsoleAssets> {
    const assets = new Map<string, Asset>();
    if (directory === undefined) return new ConsoleAssets(assets);
    const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries.filter((found) => found.isFile())) {
      const file = join(entry.parentPath, entry.name);
      const extension = extname(entry.name);
      assets.set(`/${relative(directory, file).split(sep).join('/')}`, {
        file,
        size: (await stat(file)).size,
        type: TYPES[extension] ?? 'application/octet-stream',
        compressible: COMPRESSIBLE.has(extension),
      });
    }
    return new ConsoleAssets(assets);
  }

  /** The file asked for; any other path is one of the console's own and gets its first page. */
  async serve({ request, response, params }: Exchange): Promise<Answer> {
    const path = params['rest'] ?? '/';
    const named = this.assets.get(path);
    const asset = named ?? this.assets.get('/index.html');
    if (asset === undefined) {
      return { status: 503, text: 'The console has not been built: run "npm run build" and start the server again.\n' };
    }
    if (named === undefined && path.startsWith('/assets/')) return { status: 404, text: 'there is no such file\n' };
    const hashed = named !== undefined && path.startsWith('/assets/');
    response.setHeader('content-type', asset.type);
    response.setHeader('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    response.setHeader('vary', 'accept-encoding');
    const gzip = asset.compressible && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    if (gzip) response.setHeader('content-encoding', 'gzip');
    else response.setHeader('content-length', asset.size);
    if (request.method === 'HEAD') {
      response.end();
      return 'streamed';
    }
    const bytes = createReadStream(asset.file);
    // A browser that leaves while a file is being sent is no failure.
    await (gzip ? pipeline(bytes, createGzip({ level: 4 }), response) : pipeline(bytes, response)).catch(() => {});
    return 'streamed';
  }
}
