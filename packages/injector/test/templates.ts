import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTemplate, type Template } from '../src/template';

export const shippedTemplatePath = join(__dirname, '../../../deploy/base/sidecarconfig.yaml');

export const shippedTemplate: Template = parseTemplate({
  name: 'sidecarconfig.yaml',
  text: readFileSync(shippedTemplatePath, 'utf8'),
});

/** The template of neolay/kube-sidecar-injector (2020), the value of its ConfigMap's key as it stood. */
export const predecessorText = `containers:
  - name: network-delay-sidecar
    image: 127.0.0.1:5080/network-delay-exec:v1
    imagePullPolicy: Always
    ports:
      - name: sidecar-server
        containerPort: 2332
    securityContext:
      capabilities:
        add:
          - NET_ADMIN
`;
