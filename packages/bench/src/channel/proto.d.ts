/** A protocol's text: by esbuild's text loader in the bundle, by a transform in tests. */
declare module '*.proto' {
  const text: string;
  export = text;
}
