import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';

/** What a compiled program loads. */
export interface ImportClosure {
  /** Its own modules, as absolute paths. */
  files: Set<string>;
  /** The npm packages that they import. */
  packages: Set<string>;
}

/**
 * Follows a compiled ES module to everything that it may load: static and dynamic imports, workers that are started by
 * URL, and packages whose files are found with `resolve` of `createRequire`.
 */
export function importClosure(entry: string): ImportClosure {
  const closure: ImportClosure = { files: new Set(), packages: new Set() };
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (closure.files.has(file)) continue;
    closure.files.add(file);
    const source = readFileSync(file, 'utf8');
    const specifiers = source.matchAll(
      /^(?:import|export)\s[^'"]*?from ['"](.+?)['"]|^import ['"](.+?)['"]|\bimport\(['"](.+?)['"]\)|\.resolve\(['"]([\w@][^'"]*)['"]\)|new URL\(['"](\.[^'"]+\.js)['"]/gm,
    );
    for (const [, ...alternatives] of specifiers) {
      const specifier = alternatives.find((each) => each !== undefined)!;
      if (specifier.startsWith('.')) waiting.push(join(dirname(file), specifier));
      else if (!specifier.startsWith('node:') && !builtinModules.includes(specifier))
        closure.packages.add(
          specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/'),
        );
    }
  }
  return closure;
}
