/** Version of package.json; the bundler puts it in (vite.config.ts). */
declare const __APP_VERSION__: string;
/** The page is one file, with nothing beside it. */
declare const __ONE_FILE__: boolean;
