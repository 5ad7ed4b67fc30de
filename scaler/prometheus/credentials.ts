import { WatchedFile } from '../shared/watched-file.js';
import { RequestFailure } from './request-failure.js';
import type { SourceConfig } from './source-config.js';

/** Called with a reason when a file cannot be used, and with undefined when it can. */
export type OnFileTrouble = (path: string, message: string | undefined) => void;

/** The Authorization header for each request, with a file's secret as it is then; undefined when none is needed. */
export function credentialsOf(
  { basic, bearer }: Pick<SourceConfig, 'basic' | 'bearer'>,
  onFileTrouble: OnFileTrouble,
): () => Promise<string | undefined> {
  if (basic === undefined && bearer === undefined) return async () => undefined;
  const path = basic?.passwordFile ?? bearer?.tokenFile;
  const file = path === undefined ? undefined : new WatchedFile(path);
  return async () => {
    const secret = file
      ? (await readOrKeep(file, onFileTrouble)).trim()
      : (basic?.password ?? bearer?.token ?? '');
    if (basic === undefined && !/^[\x20-\x7e]+$/.test(secret))
      throw new RequestFailure(
        'unavailable',
        `is not asked, because ${path ?? "the source's bearer"} holds no bearer token: it has a line break or another character that a header cannot carry; put the token alone there`,
      );
    if (basic === undefined) return `Bearer ${secret}`;
    return `Basic ${Buffer.from(`${basic.username}:${secret}`).toString('base64')}`;
  };
}

/** The content of a file, or its last content while it cannot be read. @throws RequestFailure when it never could be */
export async function readOrKeep(file: WatchedFile, onFileTrouble: OnFileTrouble): Promise<string> {
  const { text, problem } = await file.readOrKeep();
  if (text === undefined)
    throw new RequestFailure(
      'unavailable',
      `is not asked, because ${file.path} ${problem}; check the path, that the Secret is mounted, and the file's permissions`,
    );
  onFileTrouble(file.path, problem && `${file.path} ${problem}; its last content goes on being used`);
  return text;
}
