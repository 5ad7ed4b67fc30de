/** k6 has the console of browsers, which @types/k6 leaves to TypeScript's DOM library: only what is used here. */
declare const console: { error(message: string): void };
