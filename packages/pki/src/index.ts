export { backDatedMs, newAuthority } from './authority';
export type { Authority, AuthorityOptions, IssuedCertificate } from './authority';
export { caExtensions, clientExtensions, serverExtensions, signedCertificate } from './x509-layout';
export type { CertificateFields } from './x509-layout';
