/** Version of package.json; the bundler puts it in (vite.config.ts). */
declare const __APP_VERSION__: string;
