declare module "workerd" {
  /** A CommonJS module, so that its default export stands below the one Node gives it. */
  const module: { /** The path of the binary. */ readonly default: string };
  export default module;
}
