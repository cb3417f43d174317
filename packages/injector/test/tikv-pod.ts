/** A TiKV pod as TiDB Operator 1.x makes it, with what the API server fills in: some 9 kB of JSON. */
export function tikvPod(): Record<string, unknown> {
  const name = 'basic-tikv-0';
  const labels = {
    'app.kubernetes.io/component': 'tikv',
    'app.kubernetes.io/instance': 'basic',
    'app.kubernetes.io/managed-by': 'tidb-operator',
    'app.kubernetes.io/name': 'tidb-cluster',
    'apps.kubernetes.io/pod-index': '0',
    'controller-revision-hash': 'basic-tikv-7d6c9f5b68',
    'statefulset.kubernetes.io/pod-name': name,
    'tidb.pingcap.com/cluster-id': '7412345678901234567',
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: 'basic-tikv-',
      namespace: 'tidb-cluster',
      creationTimestamp: null,
      labels,
      annotations: {
        'prometheus.io/path': '/metrics',
        'prometheus.io/port': '20180',
        'prometheus.io/scrape': 'true',
      },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          name: 'basic-tikv',
          uid: '0b3f6c53-40d1-4a6d-9a8b-1f1c7c1f5d4e',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: [managedFields(labels)],
    },
    spec: {
      volumes: [
        { name: 'tikv', persistentVolumeClaim: { claimName: `tikv-${name}` } },
        { name: 'annotations', downwardAPI: { items: [fieldItem('annotations')], defaultMode: 420 } },
        { name: 'config', configMap: configMap('config-file', 'tikv.toml') },
        { name: 'startup-script', configMap: configMap('startup-script', 'tikv_start_script.sh') },
        { name: 'tikv-tls', secret: { secretName: 'basic-tikv-cluster-secret', defaultMode: 420 } },
        { name: 'kube-api-access-x7k2p', projected: tokenProjection() },
      ],
      initContainers: [sysctlInit()],
      containers: [logContainer('raftlog'), logContainer('rocksdblog'), tikvContainer()],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'basic-tikv',
      serviceAccount: 'basic-tikv',
      securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '32768' }] },
      hostname: name,
      subdomain: 'basic-tikv-peer',
      affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [antiAffinity()] } },
      schedulerName: 'default-scheduler',
      tolerations: ['not-ready', 'unreachable'].map((taint) => ({
        key: `node.kubernetes.io/${taint}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
      topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map(
        (topologyKey) => ({
          maxSkew: 1,
          topologyKey,
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { 'app.kubernetes.io/component': 'tikv' } },
        }),
      ),
    },
    status: {},
  };
}

/** The review that the API server sends for a pod. */
export function reviewOf(pod: unknown, request: Record<string, unknown> = {}): Record<string, unknown> {
  const pods = { group: '', version: 'v1', resource: 'pods' };
  const kind = { group: '', version: 'v1', kind: 'Pod' };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: 'b1c9d1d4-6f0d-4c1e-8f83-5f1f6b8f4c11',
      kind,
      resource: pods,
      requestKind: kind,
      requestResource: pods,
      namespace: 'tidb-cluster',
      operation: 'CREATE',
      userInfo: {
        username: 'system:serviceaccount:kube-system:statefulset-controller',
        uid: '4b7e2f0e-7a6f-4a53-9b6e-2f1d5a3c9d10',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
      },
      object: pod,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      ...request,
    },
  };
}

function tikvContainer(): Record<string, unknown> {
  return {
    name: 'tikv',
    image: 'pingcap/tikv:v8.5.3',
    command: ['/bin/sh', '/usr/local/bin/tikv_start_script.sh'],
    ports: [
      { name: 'server', containerPort: 20160, protocol: 'TCP' },
      { name: 'status', containerPort: 20180, protocol: 'TCP' },
    ],
    env: [
      ['NAMESPACE', 'metadata.namespace'],
      ['POD_NAME', 'metadata.name'],
      ['HOST_IP', 'status.hostIP'],
      ['POD_IP', 'status.podIP'],
    ]
      .map(([name, fieldPath]): object => ({
        name,
        valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
      }))
      .concat(
        [
          'CLUSTER_NAME',
          'HEADLESS_SERVICE_NAME',
          'CAPACITY',
          'TZ',
          'PD_ADDR',
          'STARTUP_SCRIPT_VERSION',
          'RUST_BACKTRACE',
        ].map((name): object => ({ name, value: `basic-${name.toLowerCase()}-value` })),
      ),
    resources: {
      limits: { cpu: '16', memory: '64Gi' },
      requests: { cpu: '14', memory: '48Gi', storage: '2Ti' },
    },
    volumeMounts: [
      ['tikv', '/var/lib/tikv'],
      ['annotations', '/etc/podinfo'],
      ['config', '/etc/tikv'],
      ['startup-script', '/usr/local/bin'],
      ['tikv-tls', '/var/lib/tikv-tls'],
      ['kube-api-access-x7k2p', '/var/run/secrets/kubernetes.io/serviceaccount'],
    ].map(([name, mountPath]) => ({ name, mountPath, readOnly: name !== 'tikv' })),
    readinessProbe: probe(10),
    livenessProbe: probe(30),
    lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', 'curl -s -X PUT localhost:20180/evict'] } } },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  };
}

/** With separateRocksDBLog and separateRaftLog the operator adds one container for each log. */
function logContainer(name: string): Record<string, unknown> {
  const path = `/var/lib/tikv/${name}/${name}.log`;
  return {
    name,
    image: 'busybox:1.37',
    command: ['sh', '-c', `touch ${path}; tail -n0 -F ${path};`],
    resources: { limits: { cpu: '100m', memory: '50Mi' }, requests: { cpu: '20m', memory: '5Mi' } },
    volumeMounts: [
      { name: 'tikv', mountPath: '/var/lib/tikv' },
      {
        name: 'kube-api-access-x7k2p',
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
        readOnly: true,
      },
    ],
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  };
}

function sysctlInit(): Record<string, unknown> {
  return {
    name: 'init',
    image: 'busybox:1.37',
    command: ['sh', '-c', 'sysctl -w net.ipv4.tcp_keepalive_time=300 && sysctl -w net.core.somaxconn=32768'],
    resources: {},
    volumeMounts: [
      {
        name: 'kube-api-access-x7k2p',
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
        readOnly: true,
      },
    ],
    securityContext: { privileged: true },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  };
}

function probe(initialDelaySeconds: number): Record<string, unknown> {
  return {
    tcpSocket: { port: 20160 },
    initialDelaySeconds,
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  };
}

function fieldItem(path: string): Record<string, unknown> {
  return { path, fieldRef: { apiVersion: 'v1', fieldPath: `metadata.${path}` } };
}

function configMap(key: string, path: string): Record<string, unknown> {
  return { name: 'basic-tikv-3264366', items: [{ key, path }], defaultMode: 420 };
}

function tokenProjection(): Record<string, unknown> {
  return {
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [fieldItem('namespace')] } },
    ],
    defaultMode: 420,
  };
}

function antiAffinity(): Record<string, unknown> {
  const matchLabels = { 'app.kubernetes.io/component': 'tikv', 'app.kubernetes.io/instance': 'basic' };
  return {
    weight: 100,
    podAffinityTerm: { labelSelector: { matchLabels }, topologyKey: 'kubernetes.io/hostname' },
  };
}

/** Who set which field, as server-side apply keeps it; in practice a good part of a pod's JSON. */
function managedFields(labels: Readonly<Record<string, string>>): Record<string, unknown> {
  const fields = (names: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(['.', ...names].map((name) => [name === '.' ? '.' : `f:${name}`, {}]));
  const env = ['NAMESPACE', 'POD_NAME', 'HOST_IP', 'POD_IP', 'CLUSTER_NAME', 'CAPACITY', 'TZ', 'PD_ADDR'];
  const specFields = [
    'affinity',
    'dnsPolicy',
    'enableServiceLinks',
    'hostname',
    'restartPolicy',
    'schedulerName',
  ];
  return {
    manager: 'kube-controller-manager',
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-11-20T10:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:metadata': {
        'f:annotations': fields(['prometheus.io/path', 'prometheus.io/port', 'prometheus.io/scrape']),
        'f:generateName': {},
        'f:labels': fields(Object.keys(labels)),
        'f:ownerReferences': { '.': {}, 'k:{"uid":"0b3f6c53-40d1-4a6d-9a8b-1f1c7c1f5d4e"}': {} },
      },
      'f:spec': {
        ...fields(specFields),
        'f:containers': {
          'k:{"name":"tikv"}': {
            ...fields(['command', 'image', 'imagePullPolicy', 'lifecycle', 'name', 'resources']),
            'f:env': Object.fromEntries(
              env.map((name) => [`k:{"name":"${name}"}`, fields(['name', 'valueFrom'])]),
            ),
            'f:livenessProbe': fields([
              'failureThreshold',
              'initialDelaySeconds',
              'periodSeconds',
              'tcpSocket',
            ]),
            'f:readinessProbe': fields([
              'failureThreshold',
              'initialDelaySeconds',
              'periodSeconds',
              'tcpSocket',
            ]),
            'f:volumeMounts': Object.fromEntries(
              ['/etc/podinfo', '/etc/tikv', '/usr/local/bin', '/var/lib/tikv'].map((path) => [
                `k:{"mountPath":"${path}"}`,
                fields(['mountPath', 'name', 'readOnly']),
              ]),
            ),
          },
        },
        'f:volumes': Object.fromEntries(
          ['annotations', 'config', 'startup-script', 'tikv'].map((name) => [
            `k:{"name":"${name}"}`,
            fields(['configMap', 'name']),
          ]),
        ),
      },
    },
  };
}
