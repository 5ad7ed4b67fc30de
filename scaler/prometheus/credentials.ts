import { WatchedFile } from '../shared/watched-file.js';
import { RequestFailure } from './request-failure.js';
import type { SourceConfig } from './source-config.js';

/** Hears that a file cannot be used any more, or (undefined) that it can. */
export type OnFileTrouble = (path: string, message: string | undefined) => void;

/** Gives the Authorization header for each request; undefined when the source needs none. */
export type Credentials = () => Promise<string | undefined>;

/**
 * Credentials as a source's configuration gives them. Those in files are read again when the file changes; when it
 * cannot be read any more, `onFileTrouble` hears why and the last content goes on being used.
 */
export function credentialsOf(
  { basic, bearer }: Pick<SourceConfig, 'basic' | 'bearer'>,
  onFileTrouble: OnFileTrouble,
): Credentials {
  if (bearer !== undefined) {
    const token = secret(bearer.token, bearer.tokenFile, onFileTrouble);
    return async () => `Bearer ${await token()}`;
  }
  if (basic !== undefined) {
    const password = secret(basic.password, basic.passwordFile, onFileTrouble);
    return async () => `Basic ${Buffer.from(`${basic.username}:${await password()}`).toString('base64')}`;
  }
  return async () => undefined;
}

function secret(
  value: string | undefined,
  path: string | undefined,
  onFileTrouble: OnFileTrouble,
): () => Promise<string> {
  if (path === undefined) return async () => value ?? '';
  const file = new WatchedFile(path);
  return async () => (await readOrKeep(file, onFileTrouble)).trim();
}

/**
 * A watched file's content, or its last one while it cannot be read: a rotation under way must not cost an answer.
 * @throws RequestFailure when it could never be read.
 */
export async function readOrKeep(file: WatchedFile, onFileTrouble: OnFileTrouble): Promise<string> {
  try {
    const text = await file.read();
    onFileTrouble(file.path, undefined);
    return text;
  } catch (error) {
    const why = (error as Error).message;
    const last = file.lastText;
    if (last === undefined)
      throw new RequestFailure(
        'unavailable',
        `is not asked, because ${file.path} ${why}; check the path, that the Secret is mounted, and the file's permissions`,
        {},
        { cause: error },
      );
    onFileTrouble(file.path, `${file.path} ${why}; its last content goes on being used`);
    return last;
  }
}
