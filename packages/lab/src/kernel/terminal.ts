/**
 * UML puts the terminal into raw mode by itself, and does not get to undo it when it is killed. Node restores only what
 * it remembers, so it is made to remember now.
 *
 * @returns what puts the terminal back as it was
 */
export function rememberMode(terminal: NodeJS.ReadStream): () => void {
  terminal.setRawMode(true);
  return () => {
    terminal.setRawMode(false);
  };
}

/** Tells each new size of a terminal. @returns what ends that */
export function followSize(
  terminal: NodeJS.WriteStream,
  listener: (rows: number, columns: number) => void,
): () => void {
  const tell = (): void => listener(terminal.rows, terminal.columns);
  terminal.on('resize', tell);
  return () => void terminal.off('resize', tell);
}
