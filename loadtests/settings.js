/**
 * Reads a number from k6's environment (`k6 run -e NAME=value`).
 * @param {string} name
 * @param {number} fallback the value when the variable is unset or empty
 * @returns {number} above 0
 */
export function positiveNumber(name, fallback) {
  const text = __ENV[name];
  if (text === undefined || text === '') return fallback;
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number)))
    throw new Error(`${name} is "${text}": expected a number above 0`);
  return number;
}

/**
 * Reads a text from k6's environment.
 * @param {string} name
 * @param {string} fallback the value when the variable is unset or empty
 * @returns {string}
 */
export function text(name, fallback) {
  return __ENV[name] || fallback;
}
