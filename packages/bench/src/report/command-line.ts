/** A command as it is typed at a POSIX shell: what a shell would take apart stands in single quotes. */
export function commandLine(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word))).join(' ');
}

/** Within single quotes nothing has a meaning but the single quote (POSIX.1-2024, shell, 2.2.2). */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
