/** The retry ladder as the stage sets it: seconds, comma-separated. */
export const delaysOf = (text: string): number[] => text.split(',').map(Number);
