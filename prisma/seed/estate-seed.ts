/** What the demo's pretend estate is drawn from; the passwords of its databases follow from it. */
export const estateSeed = "nordwind";
