/** The part of the Dashboard's context that the view uses, and the address of the app's backend. */
export interface ViewContext {
  readonly userContext: { readonly id: string; readonly account: { readonly id: string } };
  readonly backendUrl: string;
}

/** The settings of the page, which its server writes into it. */
export interface PageSettings {
  readonly context: ViewContext;
  /** The endpoint of the emulator, and the token of the session. The frame of the extension gets neither. */
  readonly dashboard: { readonly url: string; readonly token: string };
  /** The key that the frame sends its requests with by itself; without one the page sends them. */
  readonly embeddedKey?: string | undefined;
}
