/** Items by their place in the shard. Places are small and mostly without gaps: a list finds them sooner than a map. */
export function atPlaces<T extends { readonly place: number }>(items: readonly T[]): readonly (T | undefined)[] {
  const found: (T | undefined)[] = [];
  for (const item of items) {
    // A list with holes is a slow one.
    while (found.length < item.place) found.push(undefined);
    found[item.place] = item;
  }
  return found;
}
