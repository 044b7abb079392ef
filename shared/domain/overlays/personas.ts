import type { personas } from '../vaults/vault.ts';

export type Persona = (typeof personas)[number];

/** How a persona shapes exposure while it is active: added to the factor 1 of every increase, and whether it trades the other way. */
export interface PersonaData {
  readonly means: string;
  readonly boost: string;
  readonly invert: boolean;
}

/** What a persona does where its overlay does not say otherwise (SPEC 1, 6.2). */
export const personaData: Readonly<Record<Persona, PersonaData>> = {
  athena: { means: 'risk-averse', boost: '-0.25', invert: false },
  apollo: { means: 'aggressive', boost: '0.25', invert: false },
  ares: { means: 'contrarian', boost: '0', invert: true },
  nemesis: { means: 'hedged', boost: '-0.5', invert: false },
};
