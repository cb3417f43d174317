import { requireSeen } from './seen-path';

test.each(['/var/lib/x', '/root/.cache/podlag', '/running', '/development/x', '/srv/run/x'])(
  'a node sees %s of the host',
  (path) => {
    expect(() => requireSeen([path])).not.toThrow();
  },
);

test.each(['/run', '/run/user/0/x', '/dev/shm/x', '/proc/self', '/sys/x'])(
  '%s is told to be one that it does not see',
  (path) => {
    expect(() => requireSeen(['/var/lib/x', path])).toThrow(path);
  },
);
