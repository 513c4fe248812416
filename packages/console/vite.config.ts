import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npm run dev -w @drover/console` serves the sources and passes everything else to a running server.
const server = process.env['DROVER_SERVER_URL'] ?? 'https://127.0.0.1:8443';

export default defineConfig({
  base: '/dashboard/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // A data: URL would need an exception in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Of the libraries in it, whose code has no comments any more.
    license: { fileName: 'licenses.txt' },
    chunkSizeWarningLimit: 1024,
  },
  server: {
    proxy: Object.fromEntries(
      ['/v1', '/v3', '/v3-public', '/k8s', '/api', '/apis', '/version'].map((path) => [
        path,
        { target: server, secure: false, ws: true, changeOrigin: true },
      ]),
    ),
  },
});
