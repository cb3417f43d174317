/**
 * podlag's own lines of what kubectl showed beside its data. A cluster may have others to say something there: policies of
 * its own, or kubectl of its age.
 */
export function podlagWarnings(shown: string): readonly string[] {
  return shown.split('\n').filter((line) => line.includes('podlag:'));
}
