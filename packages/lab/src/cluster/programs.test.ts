import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageOf, programsOf, type LabPrograms } from './programs';

const programs: LabPrograms = {
  node: 'node',
  agent: '/podlag/packages/agent/dist/main.js',
  injector: '',
  certs: '',
  controller: '',
  echo: '',
  template: '',
};

test('the agent runs as its image would run it', () => {
  const dockerfile = readFileSync(join(__dirname, '../../../../Dockerfile.agent'), 'utf8');
  const { entrypoint, env } = imageOf('podlag-agent:0.1.0', programs);
  expect(entrypoint.at(-1)).toBe('/run/app/main.js');
  expect(dockerfile).toContain(`ENTRYPOINT ${JSON.stringify([...entrypoint.slice(0, -1), '/app/main.js'])}`);
  for (const [name, value] of Object.entries(env)) expect(dockerfile).toContain(`${name}=${value}`);
});

test.each(['podlag-agent', 'registry.example:5000/team/podlag-agent:1@sha256:ab'])(
  'the image %s is the agent, whatever its registry and version',
  (image) => {
    expect(imageOf(image, programs).files).toBe('/podlag/packages/agent/dist');
  },
);

test.each(['nginx:1', 'podlag-agent-fork', ''])(
  'the image %p is one that the lab has no program for',
  (image) => {
    expect(() => imageOf(image, programs)).toThrow('no program for the image');
  },
);

test('a program that is not built is named', () => {
  expect(() => programsOf('/nowhere')).toThrow('/nowhere/packages/agent/dist/main.js is not there');
});
