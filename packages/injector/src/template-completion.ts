import { largerQuantity } from './quantity';
import type { TemplateContainer, TemplateVolume } from './template-schema';

/** Where the ServiceAccount admission plugin mounts the pod's token. */
const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * An empty volume over the token's path. The ServiceAccount plugin runs again after a webhook and would mount the
 * pod's token into the new container too; it leaves out a container that has a mount there already
 * (kubernetes, plugin/pkg/admission/serviceaccount).
 */
export const tokenMask: TemplateVolume = { name: 'podlag-no-token', emptyDir: {} };

const tokenMaskMount = { name: tokenMask.name, mountPath: tokenPath, readOnly: true };

/** Each field is set, so that the container inherits none from the pod's own securityContext. */
const leastPrivilege = {
  privileged: false,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

// CAP_NET_ADMIN reaches a process that is not root only through file capabilities of the image, which an arbitrary
// template's image does not have: Kubernetes has no ambient capabilities.
const asRoot = { runAsUser: 0, runAsGroup: 0, runAsNonRoot: false };

const defaultRequests: Readonly<Record<string, string>> = { cpu: '10m', memory: '32Mi' };

// No CPU limit: a throttled agent would start late and confirm a change late, and the request already weighs its share
// when the node is busy. Memory has one, since nothing else bounds it.
const defaultLimits: Readonly<Record<string, string>> = { memory: '192Mi' };

/** Says what the template's author left unsaid about the agent, the first container. What was said stays. */
export function completedAgent(container: TemplateContainer): TemplateContainer {
  return {
    ...completed(container),
    securityContext: {
      ...leastPrivilege,
      ...asRoot,
      ...container.securityContext,
      capabilities: { drop: ['ALL'], add: ['NET_ADMIN'], ...container.securityContext?.capabilities },
    },
    resources: completedResources(container.resources),
  };
}

/** The same for the other containers of a template, which need neither root nor NET_ADMIN and bring their own sizes. */
export function completedCompanion(container: TemplateContainer): TemplateContainer {
  return {
    ...completed(container),
    securityContext: {
      ...leastPrivilege,
      ...container.securityContext,
      capabilities: { drop: ['ALL'], ...container.securityContext?.capabilities },
    },
  };
}

function completed(container: TemplateContainer): TemplateContainer {
  const mounts = container.volumeMounts ?? [];
  const hasTokenMount = mounts.some(({ mountPath }) => mountPath.replace(/\/+$/, '') === tokenPath);
  return {
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...container,
    volumeMounts: hasTokenMount ? mounts : [...mounts, tokenMaskMount],
  };
}

type Resources = TemplateContainer['resources'];

/** Requests and limits are always set, since a quota or LimitRange of the namespace may ask for them. */
function completedResources(given: Resources): NonNullable<Resources> {
  // As the API server does it: a limit without a request is the request too.
  const requests = { ...defaultRequests, ...given?.limits, ...given?.requests };
  return { ...given, requests, limits: limitsFor(requests, { ...defaultLimits, ...given?.limits }) };
}

/** `limits`, raised where they are below what is requested; the API server refuses such a container. */
export function limitsFor(
  requests: Readonly<Record<string, string>>,
  limits: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [name, largerQuantity(limit, requests[name] ?? '0')]),
  );
}
