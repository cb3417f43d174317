import type { ApiContainer, PodSecurityContext } from './pod-object';
import { mapsOtherUsers, privilegesOf, setprivOptions } from './privileges';
import { containerWith, podWith } from './testing';

type Own = NonNullable<ApiContainer['securityContext']>;
const privileges = (own: Own, pod: PodSecurityContext = {}, imageUser = 65532) =>
  privilegesOf(podWith({ securityContext: pod }), containerWith({ securityContext: own }), imageUser);

test.each<[string, Own, PodSecurityContext, readonly [number, number]]>([
  ["the image's user, when nobody says another", {}, {}, [65532, 65532]],
  ["the pod's", {}, { runAsUser: 1000, runAsGroup: 2000 }, [1000, 2000]],
  ["the container's before the pod's", { runAsUser: 5 }, { runAsUser: 1000, runAsGroup: 2000 }, [5, 2000]],
  ["group root, for the image's group goes with its user", { runAsUser: 5 }, {}, [5, 0]],
])('a container runs as %s', (_, own, pod, [user, group]) => {
  expect(privileges(own, pod)).toMatchObject({ user, group });
});

test('root where the pod wants nobody to be root is refused, and a container may allow it for itself', () => {
  expect(() => privileges({ runAsUser: 0 }, { runAsNonRoot: true })).toThrow('runAsNonRoot');
  expect(() => privileges({}, { runAsNonRoot: true }, 0)).toThrow('runAsNonRoot');
  expect(privileges({ runAsUser: 0, runAsNonRoot: false }, { runAsNonRoot: true }).user).toBe(0);
});

test.each<[string, Own, readonly string[] | undefined]>([
  ['drop ALL leaves nothing', { capabilities: { drop: ['ALL'] } }, []],
  ['and what is added', { capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } }, ['NET_ADMIN']],
  ['privileged is all', { privileged: true, capabilities: { drop: ['ALL'] } }, undefined],
  ['so is add ALL', { capabilities: { add: ['ALL'] } }, undefined],
])('capabilities: %s', (_, own, capabilities) => {
  expect(privileges(own).capabilities).toEqual(capabilities);
});

test('a container that says nothing has what runtimes leave it, and not NET_ADMIN', () => {
  const { capabilities } = privileges({});
  expect(capabilities).toContain('NET_BIND_SERVICE');
  expect(capabilities).not.toContain('NET_ADMIN');
  expect(privileges({ capabilities: { drop: ['NET_RAW'] } }).capabilities).not.toContain('NET_RAW');
});

describe('the options of setpriv', () => {
  const restricted = privileges(
    { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } },
    { fsGroup: 7, supplementalGroups: [8] },
  );

  it('make the process who it is to be', () => {
    expect(setprivOptions(restricted, true).join(' ')).toBe(
      '--reuid 65532 --regid 65532 --groups 8,7 --no-new-privs --inh-caps -all --bounding-set -all,+net_admin',
    );
  });

  it('only take capabilities away where there is no other user', () => {
    expect(setprivOptions(restricted, false).join(' ')).toBe(
      '--no-new-privs --inh-caps -all --bounding-set -all,+net_admin',
    );
  });
});

test.each([
  ['         0          0 4294967295\n', true],
  ['         0       1000          1\n', false],
  ['0 1000 1\n1 100000 65536\n', true],
])('uid_map %j has others than root: %s', (map, others) => {
  expect(mapsOtherUsers(map)).toBe(others);
});
