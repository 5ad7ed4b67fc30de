/**
 * A mistake in what the operator gave the program: a variable, a file, a port already in use. The message is written
 * for that person: what was wrong, the value received, the accepted form and what to do. It never holds a secret.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}
