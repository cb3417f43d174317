import { quote } from '@podlag/core';

/**
 * Reads the address of a PushGateway, `http://pushgateway.monitoring:9091`. Without user and password: it stands in the manifest,
 * which is shown to everybody. @throws Error with a message for people
 */
export function parsePushGateway(input: unknown): string {
  const url = typeof input === 'string' ? URL.parse(input) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error(`${quote(input)} is not an address like http://pushgateway.monitoring:9091`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('must not have a user or password in it: the manifest would show them');
  }
  if (url.search !== '' || url.hash !== '')
    throw new Error(`${quote(input)} has more than a host and a path`);
  return url.href.replace(/\/$/, '');
}
