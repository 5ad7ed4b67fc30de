import type { ServerWritableStream } from '@grpc/grpc-js';

/**
 * Writes a state to a stream whenever it differs from what was last written, one message at a time. While the client
 * does not read, only the newest state waits, so that a stalled client costs no memory.
 *
 * @param message makes the message for a state
 * @returns a function that takes the current state
 */
export function latestWriter<State extends string | number | boolean, Message>(
  call: ServerWritableStream<unknown, Message>,
  message: (state: State) => Message,
): (state: State) => void {
  let wanted: State;
  let sent: State | undefined;
  let writing = false;

  function writeNext(): void {
    if (writing || wanted === sent || call.cancelled || call.writableEnded) return;
    writing = true;
    sent = wanted;
    call.write(message(wanted), () => {
      writing = false;
      writeNext();
    });
  }

  return (state) => {
    wanted = state;
    writeNext();
  };
}
