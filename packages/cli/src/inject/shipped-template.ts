// Made by bundle/generate.mjs out of deploy/base/sidecarconfig.yaml: change that, and make this anew.

/** The sidecar template of this release, for `podlag inject` without --template. */
export const shippedTemplate = `# What the injector adds to each pod. The first container is the agent.
#
# What is not said here is completed by the injector: the securityContext (root, but no capability other than
# NET_ADMIN, no privilege escalation, a read-only file system, seccomp RuntimeDefault) and an empty volume
# over the path of the service account token. Say it here to have it otherwise.
containers:
  - name: podlag-agent
    image: podlag-agent:0.1.0
    imagePullPolicy: IfNotPresent
    ports:
      - name: podlag
        containerPort: 2332
    # As a native sidecar, the pod's next container starts when this has passed: from then on faults are in force.
    startupProbe:
      httpGet:
        path: /readyz
        port: podlag
      periodSeconds: 1
      failureThreshold: 30
    readinessProbe:
      httpGet:
        path: /readyz
        port: podlag
      periodSeconds: 10
      timeoutSeconds: 2
    resources:
      requests:
        cpu: 10m
        memory: 32Mi
      # No CPU limit: a throttled agent would start late and confirm a change late. It is idle but for milliseconds.
      limits:
        memory: 192Mi
    # The agent's own directory: what is set survives a restart of its container, but not the pod.
    volumeMounts:
      - name: podlag-run
        mountPath: /run/podlag
volumes:
  - name: podlag-run
    emptyDir:
      medium: Memory
      sizeLimit: 16Mi
`;
