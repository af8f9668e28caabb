/** What stories use of `window.afterglow`. */
export interface PageApi {
  track(name: string, properties?: object): void;
  flush(): Promise<void>;
  stop(): void;
}
