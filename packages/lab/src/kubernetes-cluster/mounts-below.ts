/** Mount points below a folder, the innermost first, out of a /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export function mountsBelow(mountinfo: string, folder: string): readonly string[] {
  return mountinfo
    .split('\n')
    .map((line) => unescaped(line.split(' ')[4] ?? ''))
    .filter((mount) => mount.startsWith(`${folder}/`))
    .toReversed();
}

/** Space, tab, newline and backslash are written as octal numbers. */
function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
}
