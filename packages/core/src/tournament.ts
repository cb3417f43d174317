/** Two that meet. */
export type Meeting<T> = readonly [T, T];

/**
 * A round-robin tournament by the circle method: everybody meets everybody once, and nobody meets two in one round. So those
 * of a round can be measured at the same time.
 */
export function tournament<T>(players: readonly T[]): readonly (readonly Meeting<T>[])[] {
  // With an odd number one has no partner in each round.
  const seats = Array.from({ length: players.length + (players.length % 2) }, (_, index) => index);
  const [fixed = 0, ...circle] = seats;
  const half = seats.length / 2;
  return circle.map((_, turn) => {
    const turned = [fixed, ...circle.slice(turn), ...circle.slice(0, turn)];
    const opposite = turned.toReversed();
    return turned.slice(0, half).flatMap((seat, index): readonly Meeting<T>[] => {
      const other = opposite[index] ?? seat;
      if (seat >= players.length || other >= players.length) return [];
      return [[players[seat] as T, players[other] as T]];
    });
  });
}
