import { check } from 'k6';
import http from 'k6/http';

/** Share of the requests that go down the whole chain; the others only ask the first service for its name. */
const chainShare = 0.3;

/**
 * One request to the first service of the chain, as its users send them: most ask for its name, some send an array
 * down the chain. Checks the answer, not only its status.
 * @param {string} baseUrl address of the first service, with or without a slash at the end
 */
export function requestChain(baseUrl) {
  const root = baseUrl.replace(/\/+$/, '');
  if (Math.random() >= chainShare) {
    const response = http.get(`${root}/`, { tags: { name: 'GET /' } });
    check(response, {
      'GET / says the name': (answer) =>
        answer.status === 200 && String(answer.json('message')).startsWith('Esse é o serviço'),
    });
    return;
  }
  const response = http.post(`${root}/process`, '[]', {
    headers: { 'content-type': 'application/json' },
    tags: { name: 'POST /process' },
  });
  check(response, {
    'POST /process lists the chain': (answer) => answer.status === 200 && Array.isArray(answer.json()),
  });
}
