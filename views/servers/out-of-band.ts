/** What is sent alone takes the place of what has its id, wherever that stands, and keeps what somebody types in it. */
export const oobOf = (outOfBand: boolean): { "hx-swap-oob"?: string } =>
  outOfBand ? { "hx-swap-oob": "outerMorph" } : {};
