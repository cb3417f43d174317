import { KeyRing, PublicKeys, tokenConfigMap, tokenSecret } from '@podlag/access';
import { isPodlagError } from '@podlag/core';
import type { Check } from '../check';
import type { Evidence } from '../evidence';
import { restartCommand, settingOf, tokenModeCommand } from '../own-objects';
import { valueOf, type Reading } from '../reading';
import { failed, ok, verdictOn, type Verdict } from '../verdict';

/** Whether tokens are asked for by all or by nobody, and the keys that verify them are of those that sign. */
export const tokenKeys: Check<
  Pick<Evidence, 'tokenSecret' | 'tokenConfigMap' | 'injector' | 'controller' | 'ownNamespace'>
> = {
  name: 'token-keys',
  group: 'tokens',
  judge: (evidence) => {
    const [injector, controller] = [evidence.injector, evidence.controller].map(modeOf);
    if (injector !== controller && injector !== undefined && controller !== undefined) {
      return failed(
        `the injector is set to ${injector} and the controller to ${controller}`,
        tokenModeCommand(evidence),
      );
    }
    if (injector !== 'token' && controller !== 'token') return ok('agents are open: no token is asked for');
    return verdictOn(evidence.tokenConfigMap, (configMap) =>
      judgeKeys(
        kidsIn(() => publicKeysIn(configMap?.data?.[tokenConfigMap.key])),
        evidence,
      ),
    );
  },
};

function modeOf({ deployment }: Evidence['injector']): string | undefined {
  const found = valueOf(deployment);
  return found && (settingOf(found, 'PODLAG_AGENT_ACCESS') ?? 'open');
}

function judgeKeys(
  published: Kids,
  { tokenSecret: secret, ownNamespace }: Pick<Evidence, 'tokenSecret' | 'ownNamespace'>,
): readonly Verdict[] {
  const restart = restartCommand('controller', { ownNamespace });
  const wrong = problemOf(published, `ConfigMap ${ownNamespace}/${tokenConfigMap.name}`);
  return verdictOn(secret as Reading<{ data?: Record<string, string> } | undefined>, (read) => {
    const signing = kidsIn(() => KeyRing.fromSecret(read)?.keys);
    const where = `Secret ${ownNamespace}/${tokenSecret.name}`;
    const broken = problemOf(signing, where);
    if (broken !== undefined)
      return failed(
        broken,
        signing.kind === 'broken' ? `${emptyCommand(ownNamespace)}; ${restart}` : restart,
      );
    if (wrong !== undefined) return failed(wrong, restart);
    const [one, other] = [signing, published].map((kids) =>
      kids.kind === 'keys' ? kids.kids.toSorted().join(' ') : '',
    );
    if (one === other) return ok('agents are given the keys of those that sign');
    return failed(
      `the keys of ConfigMap ${ownNamespace}/${tokenConfigMap.name} are not those of ${where}: new pods refuse every token`,
      restart,
    );
  });
}

const emptyCommand = (ownNamespace: string): string =>
  `kubectl -n ${ownNamespace} patch secret ${tokenSecret.name} --type=json -p '[{"op":"remove","path":"/data"}]'`;

/** Which keys a document has. */
type Kids =
  | { readonly kind: 'keys'; readonly kids: readonly string[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly reason: string };

function problemOf(kids: Kids, where: string): string | undefined {
  switch (kids.kind) {
    case 'keys':
      return undefined;
    case 'none':
      return `${where} has no keys yet`;
    case 'broken':
      return `${where} holds what are no keys: ${kids.reason}`;
  }
}

function kidsIn(read: () => readonly { readonly kid: string }[] | undefined): Kids {
  try {
    const keys = read();
    return keys === undefined ? { kind: 'none' } : { kind: 'keys', kids: keys.map(({ kid }) => kid) };
  } catch (error) {
    if (isPodlagError(error)) return { kind: 'broken', reason: error.detail };
    if (error instanceof SyntaxError) return { kind: 'broken', reason: 'not JSON' };
    throw error;
  }
}

function publicKeysIn(text: string | undefined): readonly { readonly kid: string }[] | undefined {
  return text === undefined || text === '' ? undefined : PublicKeys.parse(JSON.parse(text)).document().keys;
}
