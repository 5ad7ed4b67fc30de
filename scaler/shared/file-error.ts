/** Why the system gives no file, in words; its own code for anything else. @param missing said when nothing is there */
export function fileErrorInWords(error: unknown, missing = 'there is no such file'): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return missing;
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'its permissions do not allow it';
  if (code === 'EROFS') return 'the file system is read-only';
  return code ?? message;
}
